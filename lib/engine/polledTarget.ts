import { type ClockStep, movedDate } from '../model/clock.ts'
import { EvenkeelError } from '../model/error.ts'
import { type AnyProduct, type Parsed, type Probe, productFor, type TargetConfig } from '../model/product.ts'
import type { Capability } from '../model/topology.ts'
import { beatsOf } from './beats.ts'
import { capabilityOf } from './capability.ts'
import { withDeadline } from './deadline.ts'
import { type Health, nextHealth, retryMs, unknownHealth } from './health.ts'
import { hostOf } from './host.ts'
import { Poller } from './poller.ts'
import type { PollerHost } from './pollerHost.ts'
import { failureOf, withoutSecrets } from './reason.ts'
import { Rhythm } from './rhythm.ts'
import type { Polled, Target, TargetOptions, TargetStatus } from './target.ts'

/** Within this time of a start every slow probe has had its first turn. */
const FIRST_TURN_MS = 3_000
/** Why nothing is polled here. */
const ELSEWHERE = 'another replica polls it'

/** See `createTarget`. */
export class PolledTarget implements Target {
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
    this.#link = this.#variant.open(config)
    this.#health = unknownHealth(clock.now())
    const { probes } = this.#variant
    const vital = probes.find((probe) => probe.vital) ?? probes[0]
    const host = this.#host()
    this.#pollers = probes.map((probe) => this.#poller(probe, probe === vital, host))
    this.#vital = this.#pollers.find((poller) => poller.vital)
    this.#others = this.#pollers.filter((poller) => !poller.vital)
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
    await this.#variant.close(this.#link)
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
      const capability = capabilityOf(poller, { up, everyMs: ms, because, now })
      return capability ? [{ feature: poller.probe.feature, ...capability }] : []
    })
  }

  async discover(): Promise<TargetConfig[]> {
    const { poll, clock } = this.#options
    if (!this.#variant.discover) return []
    const { result } = withDeadline(poll.timeoutMs * 5, clock, (signal) => this.#variant.discover!(this.#link, signal))
    return result
  }

  #poller(probe: Probe<unknown, unknown>, vital: boolean, host: PollerHost): Poller {
    const { poll } = this.#options
    return new Poller(probe, { rhythm: new Rhythm(probe, poll), timeoutMs: probe.timeoutMs ?? poll.timeoutMs, vital }, host)
  }

  #host(): PollerHost {
    const { clock, onStatus } = this.#options
    return {
      clock,
      beats: beatsOf(clock),
      link: this.#link,
      delayMs: ({ vital, rhythm }) => (vital ? retryMs(this.#health.failures, rhythm.ms) : rhythm.delayMs()),
      onRead: (poller, parsed, at) => this.#read(poller, parsed, at),
      onFail: (poller, error) => this.#failed(poller, error),
      onStatus,
      beforeBeat: ({ vital }) => {
        if (!vital) this.#vital?.ride()
      },
      afterBeat: ({ vital }) => {
        if (vital) for (const poller of this.#others) poller.ride()
      },
    }
  }

  #read({ probe, rhythm, vital }: Poller, parsed: Parsed, at: number): void | Promise<void> {
    const { clock, onRead, onStatus } = this.#options
    const slower = rhythm.because
    rhythm.answered(parsed.samples.length)
    if (rhythm.because !== slower) onStatus()
    this.#noticeRestart(parsed.topology.facts?.runId)
    const kept = onRead(probe.id, parsed, at, rhythm.ms)
    if (vital) this.#become(nextHealth(this.#health, 'answered', clock.now()))
    return kept
  }

  #failed({ vital, rhythm }: Poller, error: unknown): ReturnType<PollerHost['onFail']> {
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
    if (next.state === 'up' && this.#polling) this.#startOthers()
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
    for (const poller of this.#others) if (poller.state !== 'unavailable') poller.start(this.#firstTurnMs(poller))
  }
}
