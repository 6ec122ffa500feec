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
  /** A failed one: answers the probe's next state. Nothing is appended: the series shows a gap. One that is `resting` is asked again after `delayMs`. */
  onFail(error: unknown): { state: 'gap' | 'resting' | 'unavailable'; because: string }
  /** How long until the next poll; the rhythm unless the target is down. */
  delayMs(): number
}

export interface Poller {
  readonly probe: Probe<unknown, unknown>
  readonly timeoutMs: number
  /** The first poll comes after `phaseMs`, the others at the probe's rhythm from there. */
  start(phaseMs: number): void
  /** No polls until `start`; an answer that is still under way counts. */
  pause(because: string): void
  /** Drops its cursor and that it was not available: another server may be behind the address. */
  reset(): void
  /** One poll now, after the one in flight. */
  pollNow(): Promise<void>
  /** Resolves when nothing is in flight any more. */
  stop(): Promise<void>
  status(): ProbeStatus
  stepClock(step: ClockStep): void
  nextAt(): number | null
}

/** The polling loop of one probe: at most one poll in flight, each with a deadline; a missed one is a gap in the series. */
export function createPoller<Link>(options: PollerOptions<Link>): Poller {
  const { probe, clock } = options
  let cursor: string | null = null
  let cancel: (() => void) | null = null
  /** By the monotonic clock. */
  let dueAt: number | null = null
  /** Resolves when the read itself has ended; one that ignores its deadline ends later than its result was reported. */
  let inFlight: Promise<void> | null = null
  /** Resolves with the deadline at the latest. */
  let asking: Promise<void> | null = null
  /** A generation counter, raised by reset and stop: answers to earlier requests are dropped. */
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

  function setState(state: ProbeStatus['state'], because?: string) {
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
      setState('resting', wanted)
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
      setState('ok')
      return options.onRead(parsed, at)?.catch(fail)
    } catch (error) {
      fail(error)
    }
  }

  function fail(error: unknown) {
    const { state, because } = options.onFail(error)
    setState(state, because)
  }

  return {
    probe: probe as Probe<unknown, unknown>,
    timeoutMs: options.timeoutMs,
    start(phaseMs) {
      if (status.state === 'resting') setState('waiting')
      schedule(phaseMs)
    },
    pause(because) {
      cancel?.()
      cancel = null
      dueAt = null
      if (status.state !== 'unavailable') setState('resting', because)
    },
    reset() {
      epoch++
      cursor = null
      if (status.state === 'unavailable') setState('waiting')
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
