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

type Told = Pick<ChangeView, 'state' | 'verdict' | 'drill'>

type Waits = Pick<ChangeView, 'state'> & Partial<Pick<ChangeView, 'drill' | 'committed' | 'returned' | 'watchFrom'>>

/** Taken back before its values had arrived at the server. */
const isWithdrawn = ({ state, committed, returned, watchFrom }: Waits) =>
  state === 'rolled_back' && committed !== undefined && returned === undefined && !watchFrom

/** A drill is not judged by a prediction: it is put back at its end, and its expectations were held or not. */
export function stateWords(change: Waits): string {
  if (change.drill) return drillWords(change, change.drill)
  if (change.state === 'awaiting' && change.returned) return 'awaiting its old value'
  return isWithdrawn(change) ? 'withdrawn' : STATE[change.state]
}

function drillWords({ state }: Pick<Told, 'state'>, { outcomes }: NonNullable<Told['drill']>): string {
  if (state === 'applying') return 'drill begins'
  if (state === 'watching') return 'drill under way'
  if (state !== 'rolled_back') return `drill ${STATE[state]}`
  return outcomes ? 'drill ended' : 'drill ended early'
}

/** The verdict in words; of a drill, how many of its expectations held. Empty while there is none. */
export function verdictWords(change: Pick<Told, 'state' | 'verdict' | 'drill'> & Waits): string {
  const { state, verdict, drill } = change
  // Of what never arrived nothing was there to judge.
  if (!drill) return verdict && !isWithdrawn(change) ? VERDICT[verdict] : ''
  if (state !== 'rolled_back') return ''
  if (!drill.outcomes) return 'put back'
  const judged = drill.outcomes.filter(({ inside }) => inside !== null)
  if (judged.length === 0) return 'nothing could be judged, put back'
  const held = judged.filter(({ inside }) => inside).length
  return `${held} of ${judged.length} ${judged.length === 1 ? 'expectation' : 'expectations'} held, put back`
}

/** The last thing that is said of one that is under way: a drill ends, any other gets its verdict. */
export const leftWords = (change: Pick<Told, 'drill'>, left: string) => (change.drill ? `ends within ${left}` : `a verdict within ${left}`)

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
