import type { ReviewPart, ReviewView } from '../model/answers/review.ts'
import { balancing } from './balancing.ts'
import { checklist } from './checklist.ts'
import { demand } from './demand.ts'
import type { ReviewFacts } from './facts.ts'
import { failure } from './failure.ts'
import { monitoring } from './monitoring.ts'
import { painPoints } from './pains.ts'
import { cut, windowOf } from './row.ts'
import { tiers } from './tiers.ts'

/**
 * The review of a fleet: the guide's process in five steps and its decision checklist, each line with what was measured, what follows and the
 * change that does it. Pure, so that the same facts always give the same review, on the page, in the API and in its exports.
 */
export function reviewOf(facts: ReviewFacts): ReviewView {
  const steps = [demand(facts), tiers(facts), balancing(facts), monitoring(facts), failure(facts)]
  const { pains, left } = painPoints(facts)
  const counts = countsOf(steps)
  return {
    at: new Date(facts.to).toISOString(),
    window: windowOf(facts),
    lead: leadOf(facts, counts),
    counts,
    pains,
    painsLeft: left,
    steps: steps.map(cut),
    checklist: checklist(facts).map(cut),
  }
}

/** Of all rows, those that are not shown too. */
function countsOf(steps: readonly ReviewPart[]): ReviewView['counts'] {
  const counts = { act: 0, watch: 0, gap: 0, well: 0 }
  for (const { rows } of steps) for (const { is } of rows) counts[is]++
  return counts
}

function leadOf({ caches, pools, monitoring }: ReviewFacts, { act, watch, gap }: ReviewView['counts']): string {
  if (monitoring.targets.length === 0) return 'Nothing is watched yet.'
  if (caches.length + pools.length === 0) return 'No cache and no pool is known yet.'
  const things = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`
  return `${act === 0 ? 'Nothing is to be done' : `${things(act, 'thing is', 'things are')} to be done`}, ${things(watch, 'risk is', 'risks are')} known, ${things(gap, 'thing is', 'things are')} not measured.`
}
