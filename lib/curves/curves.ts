import { planOf } from './plan.ts'
import type { Question } from './question.ts'
import type { References } from './references.ts'
import { sampled } from './sampling.ts'
import { type ServerModel, serverOf } from './server.ts'
import { getsFrom, type Prepared, simulate } from './simulate.ts'
import { type Told, told } from './told.ts'

/** One size of the cache, and what it would do. */
export type Point = {
  /** How many keys fit; where bytes were asked, how many were held at the most. */
  keys: number
  /** maxmemory; where keys were asked, what those take. null: the references do not say how large keys and values are. */
  bytes: number | null
  hitRatio: number
  low: number
  high: number
  /** Reads of the origin: gets that miss. */
  fills: number
  /** Of what is read from the cache: ms since it was stored. null: nothing is. */
  age: { mean: number; p95: number } | null
}

export type Curves = {
  points: Point[]
  /** gets that the ratios are of */
  requests: number
  sampledKeys: number
  samplingRate: number
  method: string
  basis: string
}

/** The answer, or what is missing for one. */
export type Answer = { curves: Curves; tooLittle?: undefined } | { curves?: undefined; tooLittle: string }

/** The share of the time that only warms the cache up when its steady state is asked for. */
const WARM_UP = 0.5
/** How far the model itself is off, in points of the hit ratio: measured against real servers (bench/curves.bench.ts). */
const MODEL_ERROR = 0.01
/** How many keys really fit is known no better than that. */
const SLACK_KEYS = 0.01

/** What caches of those sizes would hit: a simulation of each, on a sample of the keys where there are many references. */
export function curves(references: References, question: Question): Answer {
  const { sizes, policy } = question
  if (references.key.length === 0) return { tooLittle: 'there are no references.' }
  if (getsFrom(references, 0) === 0) return { tooLittle: 'there are no gets among the references.' }
  const filled = told(references)
  const server = serverOf(question)
  const costs = filled.sizesTold ? server.costs(filled) : null
  if (sizes.bytes && !costs)
    return { tooLittle: 'bytes need the size of the values and the text of the keys, which these references do not have. Ask by keys.' }

  const asked = sizes.keys ?? sizes.bytes
  const each = costs ? costs.reduce((sum, cost) => sum + server.bytesOf(cost), 0) / costs.length : 1
  const plan = planOf(references, sizes.keys ?? sizes.bytes.map((bytes) => (bytes - server.emptyBytes) / each))
  const samples = new Map<number, Prepared>()
  const prepared = (rate: number) => {
    const known = samples.get(rate) ?? prepare(filled, server, rate, question.steady === true)
    samples.set(rate, known)
    return known
  }

  const points = asked.map((size, index): Point => {
    const slack = sizes.keys ? size * SLACK_KEYS : server.slackBytes
    const source = prepared(plan.rates[index]!)
    const { hitRatio, low, high, outcome, keysMost, bytesMost, samplingError } = simulate(source, question, size, slack, plan.repeats)
    const half = MODEL_ERROR + 2 * samplingError
    const { ages } = outcome
    return {
      keys: sizes.keys ? size : Math.round(keysMost),
      bytes: sizes.bytes ? size : costs && Math.round(bytesMost),
      hitRatio: clamp(hitRatio),
      low: clamp(low - half),
      high: clamp(high + half),
      fills: Math.round((1 - clamp(hitRatio)) * source.requests),
      age: ages.count > 0 ? { mean: ages.mean!, p95: ages.quantile(0.95)! } : null,
    }
  })
  const smallest = prepared(Math.min(...plan.rates))
  return {
    curves: {
      points,
      requests: Math.round(smallest.requests),
      sampledKeys: smallest.references.keys,
      samplingRate: smallest.references.samplingRate,
      method: `mini-simulation of ${policy}`,
      basis: '',
    },
  }
}

const clamp = (ratio: number) => Math.min(1, Math.max(0, ratio))

function prepare(filled: Told, server: ServerModel, rate: number, steady: boolean): Prepared {
  const references = { ...filled, ...sampled(filled, rate) }
  const from = steady ? rowAt(references, WARM_UP) : 0
  const requests = references.requests * (getsFrom(references, from) / Math.max(1, getsFrom(references, 0)))
  return { references, server, costs: server.costs(references) ?? new Uint32Array(references.key.length), from, requests }
}

/** The first row after that share of the time. */
function rowAt({ at }: References, share: number): number {
  const moment = at[0]! + share * (at.at(-1)! - at[0]!)
  let row = 0
  while (row < at.length && at[row]! < moment) row++
  return row
}
