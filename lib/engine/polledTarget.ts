import { type ClockStep, movedDate } from '../model/clock.ts'
import { EvenkeelError } from '../model/error.ts'
import { type AnyProduct, type Parsed, type Probe, productFor, type TargetConfig } from '../model/product.ts'
import type { Capability } from '../model/topology.ts'
import { type Beats, beatsOf } from './beats.ts'
import { capabilityOf } from './capability.ts'
import type { Clock } from './clock.ts'
import { withDeadline } from './deadline.ts'
import { type Health, nextHealth, retryMs, unknownHealth } from './health.ts'
import { hostOf } from './host.ts'
import { Poller } from './poller.ts'
import type { PollerHost } from './pollerHost.ts'
import { failureOf, withoutSecrets } from './reason.ts'
import type { Polled, Target, TargetOptions, TargetStatus } from './target.ts'

/** Within this time of a start every slow probe has had its first turn. */
const FIRST_TURN_MS = 3_000
/** Why nothing is polled here. */
const ELSEWHERE = 'another replica polls it'

/** See `createTarget`. It is what its own pollers poll, too: closures of a host of their own would be made for each of thousands of targets. */
export class PolledTarget implements Target, PollerHost {
  readonly config: TargetConfig
  readonly product: AnyProduct
  readonly discovers: boolean
  readonly #options: TargetOptions
  /** The product's variant for this configuration. */
  readonly #variant: AnyProduct
  readonly link: unknown
  readonly beats: Beats
  readonly vitalProbe: Probe<unknown, unknown> | undefined
  readonly #pollers: readonly Poller[]
  readonly #vital: Poller | undefined
  #health: Health
  #runId: string | undefined
  #polling = false
  /** The newest that the replica which polls it has told; null while nothing is known from others, or it is polled here. */
  #told: Polled | null = null

  constructor(options: TargetOptions) {
    const { config, product, clock } = options
    this.config = config
    this.product = product
    this.#options = options
    this.#variant = productFor(product, config)
    this.discovers = this.#variant.discover !== undefined
    this.link = this.#variant.open(config)
    this.beats = beatsOf(clock)
    this.#health = unknownHealth(clock.now())
    const { probes } = this.#variant
    this.vitalProbe = probes.find((probe) => probe.vital) ?? probes[0]
    this.#pollers = probes.map((probe) => new Poller(probe, this))
    this.#vital = this.#pollers.find((poller) => poller.vital)
  }

  start(): void {
    this.#polling = true
    const told = this.#told
    this.#told = null
    if (told) for (const poller of this.#pollers) poller.adopt(told.probes.find(({ id }) => id === poller.probe.id))
    this.#vital?.start(this.#options.clock.random() * this.#options.poll.everyMs)
    if (this.#health.state === 'up') this.#startOthers()
  }

  rest(): void {
    this.#told = this.polled()
    this.#polling = false
    for (const poller of this.#pollers) poller.pause(ELSEWHERE)
  }

  learn(polled: Polled): void {
    if (this.#polling) return
    this.#told = polled
    const before = this.#health
    this.#health = polled.health
    if (before.state !== polled.health.state || before.error !== polled.health.error) this.#options.onState(polled.health)
  }

  polled(): Polled | null {
    if (!this.#polling) return null
    const { lastPollAt, pollMs, nextPollAt, probes } = this.status()
    return {
      lastPollAt,
      pollMs,
      ...(nextPollAt !== undefined && { nextPollAt }),
      probes,
      health: this.#health,
      capabilities: this.capabilities(),
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#pollers.map((poller) => poller.stop()))
    await this.#variant.close(this.link)
  }

  async pollNow(): Promise<void> {
    // Bursts are not for a picture of the moment: they may take seconds and cost the server something.
    const quick = this.#pollers.filter((poller) => poller.timeoutMs <= this.#options.poll.timeoutMs && poller.state !== 'unavailable')
    await Promise.all(quick.map((poller) => poller.pollNow()))
  }

  health(): Health {
    return this.#health
  }

  host(): string | null {
    return this.discovers ? null : hostOf(this.#variant.address(this.config))
  }

  status(probes = true): TargetStatus {
    const { config } = this
    const { state, since, error, failures } = this.#health
    return {
      name: config.name,
      kind: config.kind,
      ...(config.role && { role: config.role }),
      ...(config.labels && { labels: config.labels }),
      title: this.#variant.title,
      address: this.#variant.address(config),
      state,
      stateSince: since,
      ...(error && { error }),
      failures,
      ...this.#polls(probes),
    }
  }

  #polls(probes: boolean): Pick<TargetStatus, 'lastPollAt' | 'pollMs' | 'nextPollAt' | 'probes'> {
    if (this.#told) {
      const { health: _, capabilities: __, ...polls } = this.#told
      return polls
    }
    const nextPollAt = this.#vital?.nextAt()
    return {
      lastPollAt: this.#vital?.lastAt ?? null,
      pollMs: this.#vital?.lastMs ?? null,
      ...(nextPollAt && { nextPollAt }),
      probes: probes ? this.#pollers.map((poller) => poller.status()) : [],
    }
  }

  stepClock(step: ClockStep): void {
    this.#health = { ...this.#health, since: movedDate(this.#health.since, step) }
    for (const poller of this.#pollers) poller.stepClock(step)
  }

  capabilities(): Capability[] {
    if (this.#told) return this.#told.capabilities
    const [up, now] = [this.#health.state === 'up', this.#options.clock.now()]
    return this.#pollers.flatMap((poller) => {
      const { ms, because } = poller.rhythm
      return capabilityOf(poller, { up, everyMs: ms, because, now }) ?? []
    })
  }

  async discover(): Promise<TargetConfig[]> {
    const { poll, clock } = this.#options
    if (!this.#variant.discover) return []
    const { result } = withDeadline(poll.timeoutMs * 5, clock, (signal) => this.#variant.discover!(this.link, signal))
    return result
  }

  get clock(): Clock {
    return this.#options.clock
  }

  get poll(): TargetOptions['poll'] {
    return this.#options.poll
  }

  delayMs({ vital, rhythm }: Poller): number {
    return vital ? retryMs(this.#health.failures, rhythm.ms) : rhythm.delayMs()
  }

  onStatus(): void {
    this.#options.onStatus()
  }

  beforeBeat(poller: Poller): void {
    if (poller !== this.#vital) this.#vital?.ride()
  }

  afterBeat(poller: Poller): void {
    if (poller !== this.#vital) return
    for (const other of this.#pollers) if (other !== poller) other.ride()
  }

  onRead(poller: Poller, parsed: Parsed, at: number): void | Promise<void> {
    const { clock, onRead } = this.#options
    const slower = poller.rhythm.because
    poller.rhythm = poller.rhythm.answered(parsed.samples.length)
    if (poller.rhythm.because !== slower) this.onStatus()
    this.#noticeRestart(parsed.topology.facts?.runId)
    const kept = onRead(poller.probe.id, parsed, at, poller.rhythm.ms)
    if (poller === this.#vital) this.#become(nextHealth(this.#health, 'answered', clock.now()))
    return kept
  }

  onFail(poller: Poller, error: unknown): ReturnType<PollerHost['onFail']> {
    const { vital } = poller
    const because = this.#variant.unavailable?.(error) ?? null
    // Without its vital probe nothing is known of a target, so that one is asked again.
    if (because !== null && !vital) return { state: 'unavailable', because: withoutSecrets(because) }
    const failure = because === null ? failureOf(error) : { how: 'unreadable' as const, reason: withoutSecrets(because) }
    if (vital) this.#become(nextHealth(this.#health, failure, this.#options.clock.now()))
    poller.rhythm = poller.rhythm.failed(error instanceof EvenkeelError && error.code === 'too_large')
    return { state: poller.rhythm.large && !vital ? 'resting' : 'gap', because: failure.reason }
  }

  *#others(): Iterable<Poller> {
    for (const poller of this.#pollers) if (poller !== this.#vital) yield poller
  }

  #become(next: Health): void {
    const { onState, log } = this.#options
    const before = this.#health
    this.#health = next
    if (before.state === next.state && before.error === next.error) return
    onState(next)
    if (before.state === next.state) return
    log.info({ target: this.config.name, state: next.state, error: next.error }, 'target state')
    if (next.state === 'up' && this.#polling) this.#startOthers()
    else if (next.state === 'down') for (const poller of this.#others()) poller.pause(`the target is down: ${next.error ?? 'no answer'}`)
  }

  /** Another run of the server may allow other things and counts its logs anew. */
  #noticeRestart(seen: string | undefined): void {
    if (seen === undefined || seen === this.#runId) return
    const restarted = this.#runId !== undefined
    this.#runId = seen
    if (!restarted) return
    this.#options.log.info({ target: this.config.name }, 'target restarted')
    for (const poller of this.#others()) poller.reset()
    if (this.#polling) this.#startOthers()
  }

  /** How long until a probe's first turn. */
  #firstTurnMs({ rhythm }: Poller): number {
    const beat = this.#vital?.nextBeatMs() ?? null
    const own = this.#options.clock.random() * Math.min(rhythm.everyMs, FIRST_TURN_MS)
    if (beat === null) return own
    return rhythm.turnWith({ every: this.#vital!.rhythm.everyMs, beat, own, pipelined: this.#variant.pipelined ?? false })
  }

  #startOthers(): void {
    for (const poller of this.#others()) if (poller.state !== 'unavailable') poller.start(this.#firstTurnMs(poller))
  }
}
