import type { KeyItem, WarmEnd, WarmRun, WarmSettings } from '../model/warming.ts'
import type { Hook, HookOutcome } from './hook.ts'

/** Between tries of the same batch, where the hook does not say: doubled with each failure in a row. */
const RETRY_MS = 1_000
const RETRY_MOST_MS = 30_000
/** How often it is asked whether what holds a run back is over. */
const HELD_MS = 1_000

/** Why a run ends. */
export type Ending = { end: WarmEnd; because: string; by?: string }

export type ReplayParts = {
  hook: Hook
  settings: Pick<WarmSettings, 'failures' | 'atMostMs'>
  rule: string | null
  /** Epoch ms. */
  now(): number
  /** Ms of a clock that nobody sets. */
  monotonic(): number
  /** Resolves early when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** Why nothing is sent just now: observe mode, a freeze, no open window. */
  held(): string | null
  /** Why it is over: the cache is warm, its finding has ended. */
  over(): Ending | null
  /** Resolves when what was put is where other replicas see it. False: this one may send no more, another has taken over. */
  mine(): Promise<boolean>
  /** Called with each new state, before anything that follows from it. */
  put(run: WarmRun): void
  /** Aborts with an `Ending` as its reason when a person stops it; with anything else when Evenkeel ends. */
  signal: AbortSignal
}

/**
 * Replays the keys of a run in batches, one call at a time. The next batch goes out no sooner than the rate allows, counted from the batch before; the
 * same batch has the same id at each try. A run that a crash has cut off goes on where its last answer stands. Resolves with the ended run, or with null
 * where it is left to whoever goes on with it: this process ends, or another replica has taken over.
 */
export async function replay(begun: WarmRun, keys: readonly KeyItem[], parts: ReplayParts): Promise<WarmRun | null> {
  const { hook, settings, now, monotonic, sleep, signal } = parts
  let run = begun
  let dueAt = monotonic() + Math.max(0, (run.notBefore ?? 0) - now())
  const put = (change: Partial<WarmRun>) => {
    run = { ...run, ...change }
    parts.put(run)
  }
  const ended = ({ end, because, by }: Ending): WarmRun => {
    put({ state: 'ended', endedAt: now(), end, because, held: undefined, notBefore: undefined, ...(by !== undefined && { stoppedBy: by }) })
    return run
  }
  const stopped = () => (isEnding(signal.reason) ? ended(signal.reason) : null)

  for (;;) {
    if (signal.aborted) return stopped()
    const over = run.next >= keys.length ? SENT : now() - run.at >= settings.atMostMs ? lateOf(settings) : parts.over()
    if (over) return ended(over)
    const held = parts.held()
    if (held !== (run.held ?? null)) put({ held: held ?? undefined })
    const waitMs = held === null ? dueAt - monotonic() : HELD_MS
    if (waitMs > 0) {
      // Not past its end, and often enough to notice that the cache is warm.
      await sleep(Math.min(waitMs, HELD_MS), signal)
      continue
    }
    if (!(await parts.mine())) return null
    if (signal.aborted) return stopped()
    const number = Math.floor(run.next / run.batch)
    const batch = keys.slice(run.next, (number + 1) * run.batch)
    const sentAt = monotonic()
    const outcome = await called(
      hook,
      {
        id: `${run.id}-${number}`,
        run: run.id,
        target: run.target,
        rule: parts.rule,
        number,
        from: run.next,
        of: keys.length,
        keys: batch,
      },
      { at: now(), signal },
    )
    if (signal.aborted) return stopped()
    const failures = outcome.taken ? 0 : run.failuresInRow + 1
    // Counted from when it was sent: a slow hook makes it slower, never faster.
    const pauseMs = Math.max((batch.length * 1_000) / run.perSecond, outcome.taken ? 0 : backOff(outcome, failures))
    dueAt = sentAt + pauseMs
    if (!outcome.taken && outcome.retry && outcome.waitMs !== undefined) dueAt = monotonic() + Math.max(outcome.waitMs, pauseMs)
    put(after(run, outcome, { batch: batch.length, failures, at: now(), waitMs: dueAt - monotonic() }))
    if (outcome.absent) return ended({ end: 'failed', because: `The hook cannot be called: ${outcome.answer}.` })
    if (failures >= settings.failures)
      return ended({
        end: 'failed',
        because: `${failures} ${failures === 1 ? 'call' : 'calls in a row'} failed, the newest with: ${outcome.answer}.`,
      })
  }
}

/** A hook never rejects; if it does, that is a failed call. */
const called = (hook: Hook, ...args: Parameters<Hook>) =>
  hook(...args).catch((): HookOutcome => ({ taken: false, retry: true, answer: 'it could not be called' }))

const SENT: Ending = { end: 'sent', because: 'All keys were sent.' }
const lateOf = ({ atMostMs }: Pick<WarmSettings, 'atMostMs'>): Ending => ({
  end: 'deadline',
  because: `${Math.round(atMostMs / 1_000)} s are over, the longest that it may take (atMost).`,
})

const isEnding = (reason: unknown): reason is Ending => typeof reason === 'object' && reason !== null && 'end' in reason

const backOff = ({ retry }: HookOutcome, failures: number) => (retry ? Math.min(RETRY_MOST_MS, RETRY_MS * 2 ** (failures - 1)) : 0)

type Called = { batch: number; failures: number; at: number; waitMs: number }

/** The run after a call: a batch that was refused for good is given up, one that failed is tried again. */
function after(run: WarmRun, { taken, retry, answer, said }: HookOutcome, { batch, failures, at, waitMs }: Called): Partial<WarmRun> {
  const passed = taken || !retry
  return {
    calls: run.calls + 1,
    failuresInRow: failures,
    newest: { at, taken, answer },
    next: run.next + (passed ? batch : 0),
    taken: run.taken + (taken ? batch : 0),
    refused: run.refused + (passed && !taken ? batch : 0),
    filled: said?.filled === undefined ? run.filled : (run.filled ?? 0) + said.filled,
    notBefore: at + Math.max(0, Math.round(waitMs)),
  }
}
