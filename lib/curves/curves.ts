import { type MemoryModel, REDIS_EMPTY_BYTES, REDIS_EXPIRY_BYTES, redisKeyBytes } from './memory.ts'
import { isSegmented, type Question } from './question.ts'
import { Random } from './random.ts'
import { RedisCache } from './redisCache.ts'
import { OP, type References } from './references.ts'
import { replay } from './replay.ts'
import { sampled } from './sampling.ts'
import { told } from './told.ts'

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

/** Steps of simulation (references × sizes × repetitions) for one question: about a second. */
const STEPS = 10_000_000
const REPEATS = 4
const MINUTE = 60_000
/** The share of the time that only warms the cache up when its steady state is asked for. */
const WARM_UP = 0.5
/** How far the model itself is off, in points of the hit ratio: measured against real servers (bench/curves.bench.ts). */
const MODEL_ERROR = 0.01

export function curves(references: References, question: Question): Answer {
  const { sizes, policy, ttl } = question
  const asked = sizes.keys ?? sizes.bytes
  if (isSegmented(policy)) return { tooLittle: 'this policy is not simulated yet.' }
  const rate = Math.min(1, STEPS / Math.max(1, references.key.length * asked.length))
  const repeats = Math.max(1, Math.min(REPEATS, Math.floor(STEPS / Math.max(1, references.key.length * rate * asked.length))))
  const sample = told(sampled(references, rate))
  if (sample.key.length === 0) return { tooLittle: 'there are no references.' }
  const from = question.steady ? rowAt(sample, WARM_UP) : 0
  const gets = getsFrom(sample, 0)
  const counted = getsFrom(sample, from)
  if (counted === 0) return { tooLittle: 'there are no gets among the references.' }
  const requests = references.requests * (counted / gets)
  const known = sample.keyBytes !== null && sample.sizesTold
  if (sizes.bytes && !known)
    return { tooLittle: 'bytes need the size of the values and the text of the keys, which these references do not have. Ask by keys.' }
  const memory: MemoryModel | null = known
    ? { perKey: (key, size) => redisKeyBytes(sample.keyBytes![key]!, size), perExpiry: REDIS_EXPIRY_BYTES }
    : null

  const points = asked.map((size, index) => {
    const runs = Array.from({ length: repeats }, (_, run) => {
      const seed = index * 1_000 + run + 1
      const cache = new RedisCache({
        ...question,
        keys: sample.keys,
        capacity: sizes.keys ? size : size - REDIS_EMPTY_BYTES,
        unit: sizes.keys ? 'keys' : 'bytes',
        rate: sample.samplingRate,
        memory,
        seed,
        phase: ((run + 0.5) / repeats) * MINUTE + 137 * run,
      })
      const outcome = replay(sample, cache, ttl, new Random(seed + 500_000), from)
      return { outcome, cache, hitRatio: 1 - outcome.misses / (sample.samplingRate * requests) }
    })
    const ratios = runs.map((run) => run.hitRatio)
    const hitRatio = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length
    const sampling =
      Math.sqrt(runs[0]!.outcome.missesByKey.reduce((sum, n) => sum + n * n, 0) * (1 - sample.samplingRate)) /
      (sample.samplingRate * requests)
    const half = MODEL_ERROR + 2 * sampling
    const ages = runs[0]!.outcome.ages
    return {
      keys: sizes.keys ? size : Math.round(runs[0]!.outcome.keysMost / sample.samplingRate),
      bytes: sizes.bytes ? size : memory && Math.round(REDIS_EMPTY_BYTES + runs[0]!.cache.bytesMost),
      hitRatio: clamp(hitRatio),
      low: clamp(Math.min(...ratios) - half),
      high: clamp(Math.max(...ratios) + half),
      fills: Math.round((1 - hitRatio) * requests),
      age: ages.count > 0 ? { mean: ages.mean!, p95: ages.quantile(0.95)! } : null,
    }
  })
  return {
    curves: {
      points,
      requests: Math.round(requests),
      sampledKeys: sample.keys,
      samplingRate: sample.samplingRate,
      method: `mini-simulation of ${policy}`,
      basis: '',
    },
  }
}

const clamp = (ratio: number) => Math.min(1, Math.max(0, ratio))

function getsFrom({ op }: References, from: number): number {
  let gets = 0
  for (let row = from; row < op.length; row++) if (op[row] === OP.get) gets++
  return gets
}

/** The first row after that share of the time. */
function rowAt({ at }: References, share: number): number {
  const moment = at[0]! + share * (at.at(-1)! - at[0]!)
  let row = 0
  while (row < at.length && at[row]! < moment) row++
  return row
}
