import type { Tone } from '@/components/ui/status.tsx'
import { duration } from '@/lib/format/format.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'

const STATE: Record<ChangeView['state'], string> = {
  applying: 'applying',
  awaiting: 'awaiting its value',
  watching: 'watching',
  kept: 'kept',
  rolled_back: 'rolled back',
  failed: 'failed',
}
const VERDICT: Record<NonNullable<ChangeView['verdict']>, string> = {
  improved: 'improved',
  no_effect: 'no effect',
  regressed: 'regressed',
  unjudged: 'unjudged',
}

export const stateWords = (change: Pick<ChangeView, 'state'>) => STATE[change.state]
export const verdictWords = (change: Pick<ChangeView, 'verdict'>) => (change.verdict ? VERDICT[change.verdict] : '')

/** Violet while it is at work; colour afterwards only when a person should look. */
export function changeTone(change: Pick<ChangeView, 'state' | 'needsPerson' | 'verdict' | 'seenTo'>): Tone {
  if (change.state === 'failed') return change.seenTo ? 'ok' : 'critical'
  if (change.needsPerson) return 'warning'
  return change.state === 'applying' || change.state === 'awaiting' || change.state === 'watching' ? 'change' : 'ok'
}

/** How much of the watch is over, 0 to 1; null while it is not watched. */
export function watchProgress(change: Pick<ChangeView, 'state' | 'watchFrom' | 'watchUntil' | 'at'>, now: number): number | null {
  if (change.state !== 'watching' || !change.watchUntil) return null
  const from = Date.parse(change.watchFrom ?? change.at)
  const until = Date.parse(change.watchUntil)
  return until <= from ? 1 : Math.min(1, Math.max(0, (now - from) / (until - from)))
}

/** "Verdict after 74 s of at most 115 s, because …" */
export const judgedWords = ({ afterMs, ofMs, because }: NonNullable<ChangeView['judged']>): string =>
  `Verdict after ${duration(afterMs)} of at most ${duration(ofMs)}, because ${because}.`
