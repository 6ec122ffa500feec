import { bandOf } from './band.ts'
import { behindLocalCache } from './localCache.ts'
import { memoryScale } from './measuredMemory.ts'
import { planOf } from './plan.ts'
import { isSegmented, type Question } from './question.ts'
import type { References } from './references.ts'
import { sampled } from './sampling.ts'
import { type ServerModel, serverOf } from './server.ts'
import { getsFrom, type Prepared, simulate } from './simulate.ts'
import { type Told, told } from './told.ts'
import { basisText, methodText } from './words.ts'

/** One size of the cache, and what it would do. */
export type Point = {
  /** How many keys fit; where bytes were asked, how many were held at the most. */
  keys: number
  /** The memory that the server is given (`maxmemory`, `limit_maxbytes`); where keys were asked, what those take. null: the references do not say how large keys and values are. */
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
}

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

/** The answer, or what is missing for one. */
export type Answer = { curves: Curves; tooLittle?: undefined } | { curves?: undefined; tooLittle: string }

/** The share of the time that only warms the cache up when its steady state is asked for. */
const WARM_UP = 0.5
/** How many keys really fit is known no better than that. */
const SLACK_KEYS = 0.01
/** Fewer keys of a source that is a sample itself are no sample: their spread says nothing of the others. */
const SAMPLED_KEYS_MIN = 1_000
/** Fewer gets of a running server are a moment, not its steady state. */
const STEADY_GETS_MIN = 1_000

/** What caches of those sizes would hit: a simulation of each by the server's own rule, on a sample of the keys where there are many references. */
export function curves(references: References, question: Question): Answer {
  const { sizes, steady = false, local } = question
  const filled = told(references)
  const server = serverOf(question)
  const costs = filled.sizesTold ? server.costs(filled) : null
  const lacking = lackOf(references, question, costs !== null)
  if (lacking) return { tooLittle: lacking }

  const asked = sizes.keys ?? sizes.bytes
  const each = costs ? costs.reduce((sum, cost) => sum + server.bytesOf(cost), 0) / costs.length : 1
  const scale = question.memory && costs && !isSegmented(question.policy) ? memoryScale(question.memory, filled, costs) : 1
  const modelled = (bytes: number) => server.emptyBytes + (bytes - server.emptyBytes) / scale
  const capacities = sizes.keys ?? sizes.bytes.map((bytes) => (modelled(bytes) - server.emptyBytes) / each)
  const plan = planOf(references, local ? capacities.map((keys) => Math.min(keys, local.keys)) : capacities)
  const samples = new Map<number, Prepared>()
  const prepared = (rate: number) => {
    const known = samples.get(rate) ?? prepare(filled, server, question, rate)
    samples.set(rate, known)
    return known
  }

  const points: Point[] = []
  for (const [index, size] of asked.entries()) {
    const slack = sizes.keys ? size * SLACK_KEYS : server.slackBytes
    const source = prepared(plan.rates[index]!)
    const simulated = simulate(source, question, sizes.keys ? size : modelled(size), slack, plan.repeats)
    const band = bandOf(simulated, steady)
    if (!band)
      return {
        tooLittle: `${source.references.keys} sampled keys are too few for a cache of ${size} ${sizes.keys ? 'keys' : 'bytes'}: its hit ratio would be known to no better than 15 points.`,
      }
    const { outcome, keysMost, bytesMost } = simulated
    const hitRatio = Math.min(1, Math.max(0, simulated.hitRatio))
    const held = { keys: Math.round(keysMost), bytes: costs && Math.round(server.emptyBytes + (bytesMost - server.emptyBytes) * scale) }
    points.push({
      keys: sizes.keys ? size : held.keys,
      bytes: sizes.bytes ? size : held.bytes,
      hitRatio,
      ...band,
      fills: Math.round((1 - hitRatio) * source.requests),
      age: outcome.ages.count > 0 ? { mean: outcome.ages.mean!, p95: outcome.ages.quantile(0.95)! } : null,
      held,
    })
  }
  const smallest = prepared(Math.min(...plan.rates))
  const { keys: sampledKeys, samplingRate } = smallest.references
  const requests = Math.round(smallest.requests)
  const passed = getsFrom(smallest.references, smallest.from) / (samplingRate * smallest.requests)
  const { at } = references
  const spanMs = (at.at(-1)! - at[0]!) * (steady ? 1 - WARM_UP : 1)
  return {
    curves: {
      points,
      requests,
      spanMs,
      localHitRatio: local ? Math.min(1, Math.max(0, 1 - passed)) : null,
      sampledKeys,
      samplingRate,
      method: methodText(question, sampledKeys, samplingRate),
      basis: basisText(question, server, { requests, spanMs, samplingRate }),
    },
  }
}

/** What is missing for an answer; null: nothing. */
function lackOf(references: References, { sizes, steady }: Question, costsKnown: boolean): string | null {
  const { key, keys, samplingRate } = references
  if (key.length === 0) return 'There are no references.'
  const gets = getsFrom(references, 0)
  if (gets === 0) return 'There are no gets among the references, only writes and deletes.'
  if (sizes.bytes && !costsKnown)
    return 'Bytes need the sizes of the values and the lengths of the keys, which these references do not have. Ask by keys.'
  if (samplingRate < 1 && keys < SAMPLED_KEYS_MIN) return `There are ${keys} sampled keys; at least ${SAMPLED_KEYS_MIN} are needed.`
  if (steady && gets < STEADY_GETS_MIN) return `There are ${gets} gets; at least ${STEADY_GETS_MIN} are needed.`
  return null
}

function prepare(filled: Told, server: ServerModel, { local, steady }: Question, rate: number): Prepared {
  const all = { ...filled, ...sampled(filled, rate) }
  const moment = steady ? all.at[0]! + WARM_UP * (all.at.at(-1)! - all.at[0]!) : Number.NEGATIVE_INFINITY
  const requests = all.requests * (getsFrom(all, rowAt(all, moment)) / Math.max(1, getsFrom(all, 0)))
  const references = local ? behindLocalCache(all, local) : all
  return {
    references,
    server,
    costs: server.costs(references) ?? new Uint32Array(references.key.length),
    from: rowAt(references, moment),
    requests,
  }
}

/** The first row at that time or later. */
function rowAt({ at }: References, moment: number): number {
  let row = 0
  while (row < at.length && at[row]! < moment) row++
  return row
}
