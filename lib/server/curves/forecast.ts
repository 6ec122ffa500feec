import type { CurvesView } from '../../model/answers/curves.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { CurvePoint, CurveRecord } from '../../model/record.ts'
import type { Runtime } from '../runtime.ts'
import type { CurvesRequest } from './question.ts'

export type At = Pick<Runtime, 'store' | 'engine' | 'now' | 'log'>
export type Ask = (asked: CurvesRequest) => Promise<CurvesView>
export type NewCurve = Omit<CurveRecord, 'target'>

/** Of this much of its limit, a cache is full: evictions leave some room. */
const FULL = 0.95

/** Undefined where too little is known for a curve: then there is none. */
export async function known(asked: Promise<CurvesView>): Promise<CurvesView | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof EvenkeelError && ['too_little', 'unavailable', 'too_many', 'invalid'].includes(error.code)) return undefined
    throw error
  }
}

/** One point of an answer, as a record keeps it. */
export const pointOf = ({ keys, bytes, hitRatio, low, high, age, held }: CurvesView['points'][number]): CurvePoint => ({
  bytes,
  ttlMs: null,
  policy: null,
  samples: null,
  hitRatio,
  low,
  high,
  ageP95Ms: age?.p95 ?? null,
  filled: held.keys >= FULL * keys,
  warmUpMs: null,
})
