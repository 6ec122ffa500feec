import { bandOf } from './band.ts'
import type { Course } from './course.ts'
import { type Part, partsOf } from './part.ts'
import { simulate } from './simulate.ts'
import type { Study } from './study.ts'

/** One size of the cache, and what it would do. */
export type Point = {
  /** How many keys fit; where bytes were asked, how many were held at the most. */
  keys: number
  /**
   * The memory that the server is given (`maxmemory`, `limit_maxbytes`); where keys were asked, what those take. null: the references do not
   * say how large keys and values are.
   */
  bytes: number | null
  hitRatio: number
  /** `low` to `high` holds the ratio of a real server in at least 95 of 100 cases. */
  low: number
  high: number
  /** Reads of the origin: gets that miss. */
  fills: number
  /** Of what is read from the cache: ms since it was stored. null: nothing is. */
  age: { mean: number; p95: number } | null
  /** What was really in use at the most: a TTL may need less than there is. */
  held: { keys: number; bytes: number | null }
  /** In the order asked; left out where no part of the keys is asked for. */
  parts?: Part[]
}

/** How many keys really fit is known no better than that. */
const SLACK_KEYS = 0.01
/** How many times more keys are tried where the sample is too small. */
const MORE = 4

/** The point of one size, and the course of its replay; or how many keys are too few for it. */
export function pointOf(study: Study, size: number, firstRate: number): { point: Point; course: Course } | { tooFew: number } {
  const { question, server, plan } = study
  const { sizes, steady = false } = question
  const slack = sizes.keys ? Math.min(size / 2, Math.max(size * SLACK_KEYS, question.slackKeys ?? 0)) : server.slackBytes
  for (let rate = firstRate; ; rate = Math.min(1, rate * MORE)) {
    const source = study.sample(rate)
    const simulated = simulate(source, question, size, slack, plan.repeats)
    const band = bandOf(simulated, server.error, steady)
    // A cache that is very small, or keys that are very unequal, need more keys, if there are any.
    if (!band && rate < 1) continue
    if (!band) return { tooFew: source.references.keys }

    const { ages } = simulated.outcome
    const hitRatio = Math.min(1, Math.max(0, simulated.hitRatio))
    const held = {
      keys: Math.round(simulated.keysMost),
      bytes: study.bytesKnown ? Math.round(simulated.bytesMost) : null,
    }
    const point = {
      keys: sizes.keys ? size : held.keys,
      bytes: sizes.bytes ? size : held.bytes,
      hitRatio,
      ...band,
      fills: Math.round((1 - hitRatio) * source.requests),
      age: ages.count > 0 ? { mean: ages.mean!, p95: ages.quantile(0.95)! } : null,
      held,
      ...(question.parts && { parts: partsOf(study, rate, simulated) }),
    }
    return { point, course: simulated.course }
  }
}
