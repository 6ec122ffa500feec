import type { Question } from './question.ts'
import { Random } from './random.ts'
import { OP, type References } from './references.ts'
import { type Outcome, replay } from './replay.ts'
import type { ServerModel } from './server.ts'
import type { Told } from './told.ts'

const MINUTE = 60_000

/** References ready to be replayed: what each row costs, and from where on it is counted. */
export type Prepared = {
  references: Told
  server: ServerModel
  costs: Uint32Array
  /** The first row that counts; those before only warm the cache up. */
  from: number
  /** gets of the whole stream that count */
  requests: number
}

/** One size simulated several times. */
export type Simulated = {
  /** The misses of the sample scaled to the whole: what the sample is short of or has too much is taken as hits (SHARDS_adj). */
  hitRatio: number
  /** The least and the most of all runs. */
  low: number
  high: number
  /** The first run. */
  outcome: Outcome
  keysMost: number
  bytesMost: number
  /** Standard error by the choice of the sampled keys. */
  samplingError: number
  /** The share of gets that miss only because the references begin when the server had long been running: it may hold those keys from before. */
  unseen: number
}

/**
 * A cache of `capacity` keys or bytes, `repeats` times with other draws and at other moments of the server's minute. Where there are enough
 * runs, two of them have `slack` more and less of memory: what is not known of a server shows in the width of the band only.
 */
export function simulate(prepared: Prepared, question: Question, capacity: number, slack: number, repeats: number): Simulated {
  const { references, server, costs, from, requests } = prepared
  const rate = references.samplingRate
  const offsets = repeats > 2 ? [0, -1, 1] : []
  const runs = Array.from({ length: repeats }, (_, run) => {
    const seed = run * 7_919 + 1
    const cache = server.open({
      keys: references.keys,
      capacity: Math.max(1, capacity + slack * (offsets[run] ?? 0)),
      unit: question.sizes.bytes ? 'bytes' : 'keys',
      rate,
      seed,
      phase: ((run + 0.5) / repeats) * MINUTE + 137 * run,
    })
    const outcome = replay(references, costs, cache, question.ttl, new Random(seed + 500_000), from)
    return { cache, outcome, ratio: 1 - outcome.misses / (rate * requests), exact: !offsets[run] }
  })
  const { cache, outcome } = runs[0]!
  // Where LFU's minute falls moves the ratio more than the slack of memory does: all runs count, because together they are even over the minute.
  const meant = question.policy.endsWith('-lfu') ? runs : runs.filter((run) => run.exact)
  const ratios = runs.map((run) => run.ratio)
  return {
    hitRatio: meant.reduce((sum, run) => sum + run.ratio, 0) / meant.length,
    low: Math.min(...ratios),
    high: Math.max(...ratios),
    outcome,
    keysMost: outcome.keysMost / rate,
    bytesMost: cache.bytesMost,
    samplingError: samplingError(outcome.missesByKey, rate, requests),
    unseen: from > 0 ? outcome.unseen / (rate * requests) : 0,
  }
}

/** The standard error of a ratio estimate from keys that were drawn with probability `rate` (Cochran, Sampling Techniques, ch. 2), as a hit ratio. */
function samplingError(missesByKey: Uint32Array, rate: number, requests: number): number {
  if (rate >= 1 || missesByKey.length === 0) return 0
  let sum = 0
  for (const misses of missesByKey) sum += misses
  const mean = sum / missesByKey.length
  let squares = 0
  for (const misses of missesByKey) squares += (misses - mean) ** 2
  return Math.sqrt((1 - rate) * squares) / (rate * requests)
}

/** The gets from that row on. */
export function getsFrom({ op }: References, from: number): number {
  let gets = 0
  for (let row = from; row < op.length; row++) if (op[row] === OP.get) gets++
  return gets
}
