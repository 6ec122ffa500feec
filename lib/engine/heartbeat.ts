import type { Log } from '../model/log.ts'

export type HeartbeatOptions = {
  everyMs: number
  /** One beat. Never throws; `answer` holds no secret. */
  send(signal: AbortSignal): Promise<{ ok: boolean; answer: string }>
  /** Epoch ms of the last round of judging that ended; null before the first. */
  judgedAt(): number | null
  /** Of each target when it was last read, and how often in a row it could not be. */
  polled(): readonly { lastPollAt: number | null; failures: number }[]
  /** Longer than two polls of one target are apart, also of one that does not answer. */
  pollsWithinMs: number
  now(): number
  monotonic(): number
  log: Log
}

/** Dates are epoch ms. */
export type HeartbeatState = {
  /** The last beat that was taken. */
  takenAt: number | null
  /** Since when none is taken, and what came back. */
  failing: { since: number; answer: string } | null
  /** Why none is sent. */
  paused: string | null
}

/** A dead man's switch: beats go out after rounds of judging, not by a timer, so that they stop when polling or judging does. */
export interface Heartbeat {
  /** After each tick of the engine, failed ones too; not waited for. */
  tick(): void
  state(): HeartbeatState
  stepClock(byMs: number): void
  stop(): void
}

const DEADLINE_MS = 10_000

export function createHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { everyMs, send, judgedAt, polled, pollsWithinMs, now, monotonic, log } = options
  const stopping = new AbortController()
  let state: HeartbeatState = { takenAt: null, failing: null, paused: null }
  let dueAt = Number.NEGATIVE_INFINITY
  let underWay = false
  let judged: number | null = null
  let polls = ''
  let polledAt = Number.NEGATIVE_INFINITY

  /** Why there is no beat now. */
  function standstill(): string | null {
    const last = judgedAt()
    const judges = last !== null && last !== judged
    judged = last
    const targets = polled()
    const seen = targets.map(({ lastPollAt, failures }) => `${lastPollAt} ${failures}`).join()
    if (seen !== polls) polledAt = monotonic()
    polls = seen
    if (!judges) return 'the rules are not judged'
    if (targets.length > 0 && monotonic() - polledAt > pollsWithinMs) return 'no target is polled'
    return null
  }

  function settle({ ok, answer }: { ok: boolean; answer: string }): void {
    if (ok) {
      if (state.failing) log.info({}, 'the heartbeat is taken again')
      state = { ...state, takenAt: now(), failing: null }
      return
    }
    // Once for each outage: it is tried again at every beat.
    if (!state.failing) log.warn({ answer }, 'the heartbeat is not taken')
    state = { ...state, failing: { since: state.failing?.since ?? now(), answer } }
  }

  return {
    tick() {
      const paused = standstill()
      if (paused && !state.paused) log.warn({ because: paused }, 'the heartbeat stops')
      if (paused !== state.paused) state = { ...state, paused }
      if (paused || underWay || monotonic() < dueAt || stopping.signal.aborted) return
      underWay = true
      // In a rhythm that ticks, which come a little later each time, do not shift.
      const due = dueAt + everyMs
      dueAt = due > monotonic() ? due : monotonic() + everyMs
      const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(Math.min(DEADLINE_MS, everyMs))])
      void send(signal)
        .then((result) => {
          if (!stopping.signal.aborted) settle(result)
        })
        .finally(() => {
          underWay = false
        })
    },
    state: () => state,
    stepClock(byMs) {
      const { takenAt, failing } = state
      if (judged !== null) judged += byMs
      state = {
        ...state,
        takenAt: takenAt === null ? null : takenAt + byMs,
        failing: failing && { ...failing, since: failing.since + byMs },
      }
    },
    stop: () => stopping.abort(),
  }
}
