import type { Course } from './course.ts'
import { type Point, pointOf } from './point.ts'
import type { Question } from './question.ts'
import type { References } from './references.ts'
import { getsFrom } from './simulate.ts'
import { Study } from './study.ts'
import { basisText, methodText } from './words.ts'

export type Curves = {
  points: Point[]
  /** gets that the ratios are of, and the time in which they came */
  requests: number
  spanMs: number
  /** The share of the gets that the cache inside the application answers; null without one. */
  localHitRatio: number | null
  /** Of the smallest sample that was used. */
  sampledKeys: number
  samplingRate: number
  method: string
  basis: string
}

/** The answer, with the course of each point's replay, or what is missing for one. */
export type Answer = { curves: Curves; courses: Course[]; tooLittle?: undefined } | { curves?: undefined; tooLittle: string }

/** Fewer keys of a source that is a sample itself are no sample: their spread says nothing of the others. */
const SAMPLED_KEYS_MIN = 1_000
/** Fewer gets of a running server are a moment, not its steady state. */
const STEADY_GETS_MIN = 1_000

/** What caches of those sizes would hit: a simulation of each by the server's own rule, on a sample of the keys where there are many references. */
export function curves(references: References, question: Question): Answer {
  const study = new Study(references, question)
  const lacking = lackOf(references, study)
  if (lacking) return { tooLittle: lacking }

  const { sizes, steady, local } = question
  const points: Point[] = []
  const courses: Course[] = []
  for (const [index, size] of (sizes.keys ?? sizes.bytes).entries()) {
    const found = pointOf(study, size, study.plan.rates[index]!)
    if ('tooFew' in found)
      return {
        tooLittle: `${found.tooFew} sampled keys are too few for a cache of ${size} ${sizes.keys ? 'keys' : 'bytes'}: its hit ratio would be known to no better than ${steady ? 10 : 15} points.`,
      }
    points.push(found.point)
    courses.push(found.course)
  }

  const { smallest, spanMs } = study
  const { keys: sampledKeys, samplingRate } = smallest.references
  const requests = Math.round(smallest.requests)
  const passed = getsFrom(smallest.references, smallest.from) / (samplingRate * smallest.requests)
  return {
    courses,
    curves: {
      points,
      requests,
      spanMs,
      localHitRatio: local ? Math.min(1, Math.max(0, 1 - passed)) : null,
      sampledKeys,
      samplingRate,
      method: methodText(question, sampledKeys, samplingRate),
      basis: basisText(question, study.server, { requests, spanMs, samplingRate }),
    },
  }
}

/** What is missing for an answer; null: nothing. */
function lackOf(references: References, { question: { sizes, steady }, bytesKnown }: Study): string | null {
  const { key, keys, samplingRate } = references
  if (key.length === 0) return 'There are no references.'
  const gets = getsFrom(references, 0)
  if (gets === 0) return 'There are no gets among the references, only writes and deletes.'
  if (sizes.bytes && !bytesKnown)
    return 'Bytes need the sizes of the values and the lengths of the keys, which these references do not have. Ask by keys.'
  if (samplingRate < 1 && keys < SAMPLED_KEYS_MIN) return `There are ${keys} sampled keys; at least ${SAMPLED_KEYS_MIN} are needed.`
  if (steady && gets < STEADY_GETS_MIN) return `There are ${gets} gets; at least ${STEADY_GETS_MIN} are needed.`
  return null
}
