import { type ClockStep, movedDate } from '../model/clock.ts'
import type { Parsed, Probe } from '../model/product.ts'
import type { Clock } from './clock.ts'
import { Late, withDeadline } from './deadline.ts'

/** One probe of one target, as the page shows it. */
export type ProbeStatus = {
  id: string
  feature: string
  everyMs: number
  cost: string
  lastAt: number | null
  lastMs: number | null
  state: 'ok' | 'gap' | 'resting' | 'unavailable' | 'waiting'
  because?: string
}

export type PollerOptions<Link> = {
  probe: Probe<Link, unknown>
  everyMs: number
  timeoutMs: number
  link: () => Link
  clock: Clock
  /** A good answer. The next poll waits until a large one has been taken in. */
  onRead(parsed: Parsed, at: number): void | Promise<void>
  /** A failed one: says what becomes of the probe. Nothing is appended: the series shows a gap. One that rests is asked again after `delayMs`. */
  onFail(error: unknown): { state: 'gap' | 'resting' | 'unavailable'; because: string }
  /** How long until the next poll; the rhythm unless the target is down. */
  delayMs(): number
}

export interface Poller {
  readonly probe: Probe<unknown, unknown>
  readonly timeoutMs: number
  /** The first poll comes after `phaseMs`, the others at the probe's rhythm from there. */
  start(phaseMs: number): void
  /** Backoff until `start`; an answer that is still under way counts. */
  rest(because: string): void
  /** Forgets its cursor and that it was not available: another server may be behind the address. */
  reset(): void
  /** One poll now, after the one in flight. */
  pollNow(): Promise<void>
  /** Resolves when nothing is in flight any more. */
  stop(): Promise<void>
  status(): ProbeStatus
  stepClock(step: ClockStep): void
  nextAt(): number | null
}

/** One probe's rhythm: at most one poll in flight, each with a deadline, a missed one a gap. */
export function createPoller<Link>(options: PollerOptions<Link>): Poller {
  const { probe, clock } = options
  let cursor: string | null = null
  let cancel: (() => void) | null = null
  /** By the monotonic clock. */
  let dueAt: number | null = null
  /** Ends when the read itself has ended; one that ignores its deadline ends later than what was told of it. */
  let inFlight: Promise<void> | null = null
  /** Ends with its deadline at the latest. */
  let asking: Promise<void> | null = null
  /** Raised by reset and stop: what was asked before that is not believed. */
  let epoch = 0
  let stopped = false
  const status: ProbeStatus = {
    id: probe.id,
    feature: probe.feature,
    everyMs: options.everyMs,
    cost: probe.cost,
    lastAt: null,
    lastMs: null,
    state: 'waiting',
  }

  function tell(state: ProbeStatus['state'], because?: string) {
    status.state = state
    if (because === undefined) delete status.because
    else status.because = because
  }

  function schedule(ms: number) {
    cancel?.()
    if (stopped) return
    dueAt = clock.monotonic() + ms
    cancel = clock.setTimer(() => {
      cancel = null
      poll().then(next)
    }, ms)
  }

  function next() {
    if (stopped || cancel || status.state === 'unavailable' || dueAt === null) return
    const every = options.delayMs()
    // Anchored to the phase, so that the load stays spread; a poll that took longer than the rhythm skips beats.
    const late = clock.monotonic() - dueAt
    schedule(every - (late % every))
  }

  function poll(): Promise<void> {
    if (asking) return asking
    if (inFlight) {
      // The last read is past its deadline and holds the slot: this beat has no answer either.
      fail(new Late(options.timeoutMs))
      return Promise.resolve()
    }
    const wanted = probe.wanted?.(options.link()) ?? true
    if (wanted !== true) {
      tell('resting', wanted)
      return Promise.resolve()
    }
    const asked = epoch
    const at = clock.monotonic()
    const { result, settled } = withDeadline(options.timeoutMs, clock, (signal) => probe.read(options.link(), cursor, signal))
    asking = result.then(
      (raw) => (asked === epoch ? understand(raw, at) : undefined),
      (error: unknown) => {
        if (asked === epoch) fail(error)
      },
    )
    asking = asking.finally(() => {
      asking = null
    })
    inFlight = Promise.all([asking, settled]).then(() => {
      inFlight = null
    })
    return asking
  }

  function understand(raw: unknown, startedAt: number): void | Promise<void> {
    const at = clock.now()
    const tookMs = clock.monotonic() - startedAt
    try {
      const parsed = probe.parse(raw, { cursor, at })
      cursor = parsed.cursor ?? cursor
      status.lastAt = at
      status.lastMs = tookMs
      tell('ok')
      return options.onRead(parsed, at)?.catch(fail)
    } catch (error) {
      fail(error)
    }
  }

  function fail(error: unknown) {
    const { state, because } = options.onFail(error)
    tell(state, because)
  }

  return {
    probe: probe as Probe<unknown, unknown>,
    timeoutMs: options.timeoutMs,
    start(phaseMs) {
      if (status.state === 'resting') tell('waiting')
      schedule(phaseMs)
    },
    rest(because) {
      cancel?.()
      cancel = null
      dueAt = null
      if (status.state !== 'unavailable') tell('resting', because)
    },
    reset() {
      epoch++
      cursor = null
      if (status.state === 'unavailable') tell('waiting')
    },
    async pollNow() {
      await inFlight
      if (stopped) return
      probe.forget?.(options.link())
      await poll()
    },
    async stop() {
      stopped = true
      epoch++
      cancel?.()
      cancel = null
      await inFlight
    },
    status: () => ({ ...status }),
    stepClock(step) {
      if (status.lastAt !== null) status.lastAt = movedDate(status.lastAt, step)
    },
    nextAt: () => (cancel && dueAt !== null ? clock.now() + dueAt - clock.monotonic() : null),
  }
}
