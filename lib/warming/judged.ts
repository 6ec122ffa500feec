import type { WarmEnd, WarmRun } from '../model/warming.ts'
import { sparedOf } from './expectation.ts'
import { isWarm } from './warmth.ts'

/** A cache that is not warm so long after it was emptied is not waited for any longer. */
const WAIT_MS = 15 * 60_000
/** What was cut short is no outcome of what was predicted. */
const WHOLE: readonly WarmEnd[] = ['sent', 'warm', 'resolved']

type Seen = { of: Parameters<typeof isWarm>[0]; now: number; again: boolean }

/** What came of an ended run, beside what was predicted; null while that is not known yet. */
export function judged(run: WarmRun, { of, now, again }: Seen): NonNullable<WarmRun['measured']> | null {
  const { emptiedAt, ratioBefore, end, endedAt, expects } = run
  if (run.state === 'running') return null
  if (emptiedAt === null) return { because: 'It was not emptied before.' }
  if (ratioBefore === null) return { because: 'The hit ratio before it was emptied is not known.' }
  const warmAt = end === 'warm' ? endedAt! : isWarm(of, emptiedAt, ratioBefore) ? now : null
  if (warmAt !== null) {
    const seconds = (warmAt - emptiedAt) / 1_000
    const { low, high } = expects?.withHook ?? { low: 0, high: 0 }
    const inside = expects && end !== undefined && WHOLE.includes(end) ? seconds >= low && seconds <= high : null
    return { seconds, inside, saved: sparedOf(run, { window: of.window, until: warmAt }) }
  }
  if (again) return { because: 'It was emptied again before it was warm.' }
  return now - emptiedAt > WAIT_MS ? { because: `It was not warm within ${WAIT_MS / 60_000} minutes.` } : null
}
