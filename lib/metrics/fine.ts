import type { Needs } from '../model/detector.ts'
import type { Series } from '../model/series.ts'

/** Values that a rule's history has to hold besides what has not been told yet: with fewer it judges chance. */
const VALUES_LEAST = 8

/** Whether values that a provider tells later are fine enough for a rule. Of what is told at once, the rule decides itself. */
export function isFine(
  { stepMs, lateMs }: Pick<Series, 'stepMs' | 'lateMs'>,
  { spanMs, stepMostMs }: Pick<Needs, 'spanMs' | 'stepMostMs'>,
): boolean {
  if (!lateMs) return true
  return stepMs <= (stepMostMs ?? Number.POSITIVE_INFINITY) && (spanMs - lateMs) / stepMs >= VALUES_LEAST
}

/** Why a rule says nothing of what its provider measures too seldom for it. */
export const coarseBecause = ({ lateMs = 0 }: Pick<Series, 'lateMs'>): string =>
  `its provider measures it by the minute and tells it up to ${Math.ceil(lateMs / 60_000) + 1} minutes later: this rule needs finer values`
