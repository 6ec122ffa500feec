import { type ClockStep, movedDate } from '../model/clock.ts'
import type { Probe } from '../model/product.ts'
import { Late, withDeadline } from './deadline.ts'
import type { PollerOptions } from './pollerOptions.ts'
import type { ProbeStatus } from './probeStatus.ts'

/** Two beats no further apart than this are one: timers that were set for one moment run in different turns. */
const RIDE_MS = 20

export interface Poller {
  readonly probe: Probe<unknown, unknown>
  readonly timeoutMs: number
  /** The first poll comes after `phaseMs`, the others at the probe's rhythm from there. */
  start(phaseMs: number): void
  /** Polls now if its beat is due in this moment anyway, so that what is asked together goes out in one write. */
  ride(): void
  /** No polls until `start`; an answer that is still under way counts. */
  pause(because: string): void
  /** Drops its cursor and that it was not available: another server may be behind the address. */
  reset(): void
  /** Goes on from what another replica's poller of the same probe has told, where it has. */
  adopt(told: ProbeStatus | undefined): void
  /** One poll now, after the one in flight. */
  pollNow(): Promise<void>
  /** Resolves when nothing is in flight any more. */
  stop(): Promise<void>
  status(): ProbeStatus
  /** The same without a copy, to be read at once: it changes with the next poll. */
  readonly now: Readonly<ProbeStatus>
  stepClock(step: ClockStep): void
  nextAt(): number | null
  /** How long until its next beat, whether or not a poll is under way; null while it has none. */
  nextBeatMs(): number | null
}

/** The polling loop of one probe: at most one poll in flight, each with a deadline; a missed one is a gap in the series. */
export function createPoller<Link>(options: PollerOptions<Link>): Poller {
  return new ProbePoller(options)
}

class ProbePoller<Link> implements Poller {
  readonly probe: Probe<unknown, unknown>
  readonly timeoutMs: number
  readonly #options: PollerOptions<Link>
  readonly #status: ProbeStatus
  #cursor: string | null = null
  #cancel: (() => void) | null = null
  /** By the monotonic clock. */
  #dueAt: number | null = null
  /** Resolves when the read itself has ended; one that ignores its deadline ends later than its result was reported. */
  #inFlight: Promise<void> | null = null
  /** Resolves with the deadline at the latest. */
  #asking: Promise<void> | null = null
  /** A generation counter, raised by reset and stop: answers to earlier requests are dropped. */
  #epoch = 0
  #stopped = false

  constructor(options: PollerOptions<Link>) {
    const { id, feature, cost } = options.probe
    this.probe = options.probe as Probe<unknown, unknown>
    this.timeoutMs = options.timeoutMs
    this.#options = options
    this.#status = { id, feature, everyMs: options.everyMs, cost, lastAt: null, lastMs: null, state: 'waiting' }
  }

  start(phaseMs: number): void {
    if (this.#status.state === 'resting') this.#setState('waiting')
    this.#schedule(phaseMs)
  }

  ride(): void {
    if (!this.#cancel || this.#dueAt === null || this.#dueAt - this.#options.clock.monotonic() > RIDE_MS) return
    this.#cancel()
    this.#beat()
  }

  pause(because: string): void {
    this.#cancel?.()
    this.#cancel = null
    this.#dueAt = null
    if (this.#status.state !== 'unavailable') this.#setState('resting', because)
  }

  reset(): void {
    this.#epoch++
    this.#cursor = null
    if (this.#status.state === 'unavailable') this.#setState('waiting')
  }

  adopt(told: ProbeStatus | undefined): void {
    if (!told) return
    const { lastAt, lastMs, state, because } = told
    Object.assign(this.#status, { lastAt, lastMs })
    this.#setState(state, because)
  }

  async pollNow(): Promise<void> {
    await this.#inFlight
    if (this.#stopped) return
    this.probe.forget?.(this.#options.link())
    await this.#poll()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#epoch++
    this.#cancel?.()
    this.#cancel = null
    await this.#inFlight
  }

  status(): ProbeStatus {
    return { ...this.#status }
  }

  get now(): Readonly<ProbeStatus> {
    return this.#status
  }

  stepClock(step: ClockStep): void {
    if (this.#status.lastAt !== null) this.#status.lastAt = movedDate(this.#status.lastAt, step)
  }

  nextAt(): number | null {
    const { clock } = this.#options
    return this.#cancel && this.#dueAt !== null ? clock.now() + this.#dueAt - clock.monotonic() : null
  }

  nextBeatMs(): number | null {
    if (this.#dueAt === null) return null
    const late = this.#options.clock.monotonic() - this.#dueAt
    const every = this.#options.delayMs()
    return late < 0 ? -late : every - (late % every)
  }

  #setState(state: ProbeStatus['state'], because?: string): void {
    const { state: stateBefore, because: becauseBefore } = this.#status
    this.#status.state = state
    if (because === undefined) delete this.#status.because
    else this.#status.because = because
    // How long a gap lasts says what can be had, too.
    if (state !== stateBefore || because !== becauseBefore || state === 'gap') this.#options.onStatus()
  }

  #schedule(ms: number): void {
    const { clock } = this.#options
    this.#cancel?.()
    if (this.#stopped) return
    this.#dueAt = clock.monotonic() + ms
    this.#cancel = clock.setTimer(() => this.#beat(), ms)
  }

  #beat(): void {
    this.#cancel = null
    this.#options.beforeBeat?.()
    this.#poll().then(() => this.#scheduleNext())
    this.#options.afterBeat?.()
  }

  #scheduleNext(): void {
    if (this.#stopped || this.#cancel || this.#status.state === 'unavailable' || this.#dueAt === null) return
    const every = this.#options.delayMs()
    // Anchored to the phase, so that the load stays spread; a poll that took longer than the rhythm skips beats.
    const late = this.#options.clock.monotonic() - this.#dueAt
    this.#schedule(every - (late % every))
  }

  #poll(): Promise<void> {
    const { probe, clock, timeoutMs, link } = this.#options
    if (this.#asking) return this.#asking
    if (this.#inFlight) {
      // The last read is past its deadline and holds the slot: this beat has no answer either.
      this.#fail(new Late(timeoutMs))
      return Promise.resolve()
    }
    const wanted = probe.wanted?.(link()) ?? true
    if (wanted !== true) {
      this.#setState('resting', wanted)
      return Promise.resolve()
    }
    if (probe.due?.(link()) === false) {
      this.#status.lastAt = clock.now()
      this.#setState('ok')
      return Promise.resolve()
    }
    const asked = this.#epoch
    const at = clock.monotonic()
    const { result, settled } = withDeadline(timeoutMs, clock, (signal) => probe.read(link(), this.#cursor, signal))
    const asking = this.#answered(result, asked, at)
    this.#asking = asking
    this.#inFlight = this.#ended(asking, settled)
    return asking
  }

  async #answered(result: Promise<unknown>, asked: number, at: number): Promise<void> {
    try {
      const raw = await result
      if (asked === this.#epoch) await this.#understand(raw, at)
    } catch (error) {
      if (asked === this.#epoch) this.#fail(error)
    } finally {
      this.#asking = null
    }
  }

  async #ended(asking: Promise<void>, settled: Promise<void>): Promise<void> {
    await asking
    await settled
    this.#inFlight = null
  }

  #understand(raw: unknown, startedAt: number): void | Promise<void> {
    const { probe, clock, onRead } = this.#options
    const at = clock.now()
    const tookMs = clock.monotonic() - startedAt
    try {
      const parsed = probe.parse(raw, { cursor: this.#cursor, at })
      this.#cursor = parsed.cursor ?? this.#cursor
      this.#status.lastAt = at
      this.#status.lastMs = tookMs
      this.#setState('ok')
      return onRead(parsed, at)?.catch((error: unknown) => this.#fail(error))
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    const { state, because } = this.#options.onFail(error)
    this.#setState(state, because)
  }
}
