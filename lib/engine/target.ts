import { type ClockStep, movedDate } from '../model/clock.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Log } from '../model/log.ts'
import { type AnyProduct, type Parsed, type Probe, productFor, type TargetConfig } from '../model/product.ts'
import type { Capability, Role, TargetState } from '../model/topology.ts'
import type { Clock } from './clock.ts'
import { withDeadline } from './deadline.ts'
import { type Health, nextHealth, retryMs, unknownHealth } from './health.ts'
import { hostOf } from './host.ts'
import { createPoller, type Poller, type PollerOptions, type ProbeStatus } from './poller.ts'
import { failureOf, withoutSecrets } from './reason.ts'
import { Rhythm } from './rhythm.ts'

export type TargetStatus = {
  name: string
  kind: string
  role?: Role
  /** Product's name for the page, and where the target is, without secrets. */
  title: string
  address: string
  state: TargetState
  /** Epoch ms since when it is in that state. */
  stateSince: number
  error?: string
  lastPollAt: number | null
  pollMs: number | null
  /** Consecutive failures of the vital probe. */
  failures: number
  nextPollAt?: number
  probes: ProbeStatus[]
  /** The target that it was discovered through. */
  through?: string
}

export type TargetOptions = {
  config: TargetConfig
  product: AnyProduct
  poll: { everyMs: number; timeoutMs: number }
  clock: Clock
  log: Log
  onRead(probe: string, parsed: Parsed, at: number, everyMs: number): void | Promise<void>
  onState(health: Health): void
  /** What `capabilities` answers may have changed. */
  onStatus(): void
}

export interface Target {
  readonly config: TargetConfig
  /** The product as registered, whatever its variant for this configuration. */
  readonly product: AnyProduct
  start(): void
  stop(): Promise<void>
  pollNow(): Promise<void>
  health(): Health
  status(): TargetStatus
  /** The machine that it runs on, by its address. Null where that is not told, or where it is read through others. */
  host(): string | null
  stepClock(step: ClockStep): void
  capabilities(): Capability[]
  readonly discovers: boolean
  discover(): Promise<TargetConfig[]>
}

/** Within this time of a start every slow probe has had its first turn. */
const FIRST_TURN_MS = 3_000
/** So many polls without an answer, and what a probe stands for is not to be had. */
const LOST_AFTER = 6

/** A watched server: its link, the pollers of its probes, and its health. */
export function createTarget(options: TargetOptions): Target {
  return new PolledTarget(options)
}

class PolledTarget implements Target {
  readonly config: TargetConfig
  readonly product: AnyProduct
  readonly discovers: boolean
  readonly #options: TargetOptions
  /** The product's variant for this configuration. */
  readonly #variant: AnyProduct
  readonly #link: unknown
  readonly #pollers: Poller[]
  readonly #vital: Poller | undefined
  readonly #others: Poller[]
  /** By probe: how far apart its polls are now. */
  readonly #rhythms = new Map<string, Rhythm>()
  #health: Health
  #runId: string | undefined

  constructor(options: TargetOptions) {
    const { config, product, clock } = options
    this.config = config
    this.product = product
    this.#options = options
    this.#variant = productFor(product, config)
    this.discovers = this.#variant.discover !== undefined
    this.#link = this.#variant.open(config)
    this.#health = unknownHealth(clock.now())
    const { probes } = this.#variant
    const vitalId = (probes.find((probe) => probe.vital) ?? probes[0])?.id
    this.#pollers = probes.map((probe) => this.#poller(probe, probe.id === vitalId))
    this.#vital = this.#pollers.find((poller) => poller.probe.id === vitalId)
    this.#others = this.#pollers.filter((poller) => poller !== this.#vital)
  }

  start(): void {
    this.#vital?.start(this.#options.clock.random() * this.#options.poll.everyMs)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#pollers.map((poller) => poller.stop()))
    await this.#variant.close(this.#link)
  }

  async pollNow(): Promise<void> {
    // Bursts are not for a picture of the moment: they may take seconds and cost the server something.
    const quick = this.#pollers.filter((poller) => poller.timeoutMs <= this.#options.poll.timeoutMs && poller.now.state !== 'unavailable')
    await Promise.all(quick.map((poller) => poller.pollNow()))
  }

  health(): Health {
    return this.#health
  }

  host(): string | null {
    return this.discovers ? null : hostOf(this.#variant.address(this.config))
  }

  status(): TargetStatus {
    const { config } = this
    const { state, since, error, failures } = this.#health
    const vital = this.#vital?.status()
    const nextPollAt = this.#vital?.nextAt()
    return {
      name: config.name,
      kind: config.kind,
      ...(config.role && { role: config.role }),
      title: this.#variant.title,
      address: this.#variant.address(config),
      state,
      stateSince: since,
      ...(error && { error }),
      lastPollAt: vital?.lastAt ?? null,
      pollMs: vital?.lastMs ?? null,
      failures,
      ...(nextPollAt && { nextPollAt }),
      probes: this.#pollers.map((poller) => ({ ...poller.status(), everyMs: this.#rhythms.get(poller.probe.id)!.ms })),
    }
  }

  stepClock(step: ClockStep): void {
    this.#health = { ...this.#health, since: movedDate(this.#health.since, step) }
    for (const poller of this.#pollers) poller.stepClock(step)
  }

  capabilities(): Capability[] {
    return this.#pollers.flatMap((poller) => {
      const { feature } = poller.probe
      const capability = this.#capabilityOf(poller)
      return capability ? [{ feature, ...capability }] : []
    })
  }

  async discover(): Promise<TargetConfig[]> {
    const { poll, clock } = this.#options
    if (!this.#variant.discover) return []
    const { result } = withDeadline(poll.timeoutMs * 5, clock, (signal) => this.#variant.discover!(this.#link, signal))
    return result
  }

  /** Null while nothing is known of it yet. */
  #capabilityOf(poller: Poller): Omit<Capability, 'feature'> | null {
    const { state, because, lastAt } = poller.now
    const rhythm = this.#rhythms.get(poller.probe.id)!
    const up = this.#health.state === 'up'
    // One late answer says nothing; several in a row say that it cannot be read now.
    if (state === 'gap' && lastAt !== null && up && this.#options.clock.now() - lastAt > LOST_AFTER * rhythm.ms)
      return {
        available: false,
        because: `nothing could be read since ${new Date(lastAt).toISOString().slice(11, 19)} UTC: ${because}`,
      }
    if (state === 'ok' || (state === 'gap' && lastAt !== null))
      return { available: true, ...(rhythm.because && { because: rhythm.because }) }
    if (state === 'unavailable' || (state === 'resting' && up)) return { available: false, because: because! }
    return null
  }

  #poller(probe: Probe<unknown, unknown>, vital: boolean): Poller {
    const { poll, clock, onRead, onStatus } = this.#options
    const rhythm = new Rhythm(probe, poll)
    this.#rhythms.set(probe.id, rhythm)
    return createPoller<unknown>({
      probe,
      everyMs: rhythm.everyMs,
      timeoutMs: probe.timeoutMs ?? poll.timeoutMs,
      link: () => this.#link,
      clock,
      delayMs: () => (vital ? retryMs(this.#health.failures, rhythm.ms) : rhythm.delayMs()),
      onRead: (parsed, at) => {
        rhythm.answered(parsed.samples.length)
        this.#noticeRestart(parsed.topology.facts?.runId)
        const kept = onRead(probe.id, parsed, at, rhythm.ms)
        if (vital) this.#become(nextHealth(this.#health, 'answered', clock.now()))
        return kept
      },
      onFail: (error) => this.#failed(error, vital, rhythm),
      onStatus,
    })
  }

  #failed(error: unknown, vital: boolean, rhythm: Rhythm): ReturnType<PollerOptions<unknown>['onFail']> {
    const because = this.#variant.unavailable?.(error) ?? null
    // Without its vital probe nothing is known of a target, so that one is asked again.
    if (because !== null && !vital) return { state: 'unavailable', because: withoutSecrets(because) }
    const failure = because === null ? failureOf(error) : { how: 'unreadable' as const, reason: withoutSecrets(because) }
    if (vital) this.#become(nextHealth(this.#health, failure, this.#options.clock.now()))
    rhythm.large = error instanceof EvenkeelError && error.code === 'too_large'
    return { state: rhythm.large && !vital ? 'resting' : 'gap', because: failure.reason }
  }

  #become(next: Health): void {
    const { onState, log } = this.#options
    const before = this.#health
    this.#health = next
    if (before.state === next.state && before.error === next.error) return
    onState(next)
    if (before.state === next.state) return
    log.info({ target: this.config.name, state: next.state, error: next.error }, 'target state')
    if (next.state === 'up') this.#startOthers()
    else if (next.state === 'down') for (const poller of this.#others) poller.pause(`the target is down: ${next.error ?? 'no answer'}`)
  }

  /** Another run of the server may allow other things and counts its logs anew. */
  #noticeRestart(seen: string | undefined): void {
    if (seen === undefined || seen === this.#runId) return
    const restarted = this.#runId !== undefined
    this.#runId = seen
    if (!restarted) return
    this.#options.log.info({ target: this.config.name }, 'target restarted')
    for (const poller of this.#others) poller.reset()
    this.#startOthers()
  }

  #startOthers(): void {
    const { clock } = this.#options
    for (const poller of this.#others)
      if (poller.now.state !== 'unavailable') poller.start(clock.random() * Math.min(poller.now.everyMs, FIRST_TURN_MS))
  }
}
