import { type ClockStep, movedDate } from '../model/clock.ts'
import type { Probe } from '../model/product.ts'
import type { Beating } from './beats.ts'
import { Late, withDeadline } from './deadline.ts'
import type { PollerHost } from './pollerHost.ts'
import type { ProbeStatus } from './probeStatus.ts'
import { Rhythm } from './rhythm.ts'

/** Two beats no further apart than this are one: timers that were set for one moment run in different turns. */
const RIDE_MS = 20
/** What a beat without a question comes to, as most do: nothing is made for each. */
const DONE = Promise.resolve()

type Told = Pick<ProbeStatus, 'lastAt' | 'lastMs' | 'state' | 'because'>

/**
 * The polling loop of one probe: at most one poll in flight, each with a deadline; a missed one is a gap in the series. A fleet has eighteen for each
 * cache: it holds what is its own, and its target the rest.
 */
export class Poller implements Beating, Told {
  readonly probe: Probe<unknown, unknown>
  rhythm: Rhythm
  lastAt: number | null = null
  lastMs: number | null = null
  state: ProbeStatus['state'] = 'waiting'
  because: string | undefined = undefined
  /** NaN: it has no beat, as it was paused or never started. */
  dueAt = Number.NaN
  place = -1
  readonly #host: PollerHost
  #cursor: string | null = null
  /** Resolves when the read itself has ended; one that ignores its deadline ends later than its result was reported. */
  #inFlight: Promise<void> | null = null
  /** Resolves with the deadline at the latest. */
  #asking: Promise<void> | null = null
  /** A generation counter, raised by reset and stop: answers to earlier requests are dropped. */
  #epoch = 0
  #stopped = false

  constructor(probe: Probe<unknown, unknown>, host: PollerHost) {
    this.probe = probe
    this.rhythm = Rhythm.of(probe, host.poll)
    this.#host = host
  }

  get timeoutMs(): number {
    return this.probe.timeoutMs ?? this.#host.poll.timeoutMs
  }

  /** The target is not read without it. */
  get vital(): boolean {
    return this.probe === this.#host.vitalProbe
  }

  /** The first poll comes after `phaseMs`, the others at the probe's rhythm from there. */
  start(phaseMs: number): void {
    if (this.state === 'resting') this.#setState('waiting')
    this.#schedule(phaseMs)
  }

  /** Polls now if its beat is due in this moment anyway, so that what is asked together goes out in one write. */
  ride(): void {
    const { beats, clock } = this.#host
    if (this.place < 0 || this.dueAt - clock.monotonic() > RIDE_MS) return
    beats.remove(this)
    this.beat()
  }

  /** No polls until `start`; an answer that is still under way counts. */
  pause(because: string): void {
    this.#host.beats.remove(this)
    this.dueAt = Number.NaN
    if (this.state !== 'unavailable') this.#setState('resting', because)
  }

  /** Drops its cursor and that it was not available: another server may be behind the address. */
  reset(): void {
    this.#epoch++
    this.#cursor = null
    if (this.state === 'unavailable') this.#setState('waiting')
  }

  /** Goes on from what another replica's poller of the same probe has told, where it has. */
  adopt(told: ProbeStatus | undefined): void {
    if (!told) return
    this.lastAt = told.lastAt
    this.lastMs = told.lastMs
    this.#setState(told.state, told.because)
  }

  /** One poll now, after the one in flight. */
  async pollNow(): Promise<void> {
    await this.#inFlight
    if (this.#stopped) return
    this.probe.forget?.(this.#host.link)
    await this.#poll()
  }

  /** Resolves when nothing is in flight any more. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#epoch++
    this.#host.beats.remove(this)
    await this.#inFlight
  }

  status(): ProbeStatus {
    const { probe, rhythm, lastAt, lastMs, state, because } = this
    const { id, feature, cost } = probe
    return { id, feature, everyMs: rhythm.ms, cost, lastAt, lastMs, state, ...(because !== undefined && { because }) }
  }

  stepClock(step: ClockStep): void {
    if (this.lastAt !== null) this.lastAt = movedDate(this.lastAt, step)
  }

  nextAt(): number | null {
    const { clock } = this.#host
    return this.place < 0 ? null : clock.now() + this.dueAt - clock.monotonic()
  }

  /** How long until its next beat, whether or not a poll is under way; null while it has none. */
  nextBeatMs(): number | null {
    if (Number.isNaN(this.dueAt)) return null
    const late = this.#host.clock.monotonic() - this.dueAt
    const every = this.#host.delayMs(this)
    return late < 0 ? -late : every - (late % every)
  }

  beat(): void {
    this.#host.beforeBeat(this)
    const poll = this.#poll()
    if (poll === DONE) this.#scheduleNext()
    else poll.then(() => this.#scheduleNext())
    this.#host.afterBeat(this)
  }

  #setState(state: ProbeStatus['state'], because?: string): void {
    const changed = state !== this.state || because !== this.because
    this.state = state
    this.because = because
    // How long a gap lasts says what can be had, too.
    if (changed || state === 'gap') this.#host.onStatus()
  }

  #schedule(ms: number): void {
    if (this.#stopped) return
    const { beats, clock } = this.#host
    beats.remove(this)
    this.dueAt = clock.monotonic() + ms
    beats.add(this)
  }

  #scheduleNext(): void {
    if (this.#stopped || this.place >= 0 || this.state === 'unavailable' || Number.isNaN(this.dueAt)) return
    const every = this.#host.delayMs(this)
    // Anchored to the phase, so that the load stays spread; a poll that took longer than the rhythm skips beats.
    const late = this.#host.clock.monotonic() - this.dueAt
    this.#schedule(every - (late % every))
  }

  #poll(): Promise<void> {
    const { probe } = this
    const { clock, link } = this.#host
    if (this.#asking) return this.#asking
    if (this.#inFlight) {
      // The last read is past its deadline and holds the slot: this beat has no answer either.
      this.#fail(new Late(this.timeoutMs))
      return DONE
    }
    const wanted = probe.wanted?.(link) ?? true
    if (wanted !== true) {
      this.#setState('resting', wanted)
      return DONE
    }
    if (probe.due?.(link) === false) {
      this.lastAt = clock.now()
      this.#setState('ok')
      return DONE
    }
    const asked = this.#epoch
    const at = clock.monotonic()
    const { result, settled } = withDeadline(this.timeoutMs, clock, (signal) => probe.read(link, this.#cursor, signal))
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
    const { clock } = this.#host
    const at = clock.now()
    const tookMs = clock.monotonic() - startedAt
    try {
      const parsed = this.probe.parse(raw, { cursor: this.#cursor, at })
      this.#cursor = parsed.cursor ?? this.#cursor
      this.lastAt = at
      this.lastMs = tookMs
      this.#setState('ok')
      return this.#host.onRead(this, parsed, at)?.catch((error: unknown) => this.#fail(error))
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    const { state, because } = this.#host.onFail(this, error)
    this.#setState(state, because)
  }
}
