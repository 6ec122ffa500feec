import type { Course } from './course.ts'
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
  /** The same of each part of the keys that the question tells apart. */
  parts: PreparedPart[]
}
export type PreparedPart = {
  /** Its keys in the sample, and which share of all of its keys that is. */
  keys: number
  rate: number
  requests: number
}

/** A hit ratio out of several runs. */
export type Estimate = {
  /** The misses of the sample scaled to the whole: what the sample is short of or has too much is taken as hits (SHARDS_adj). */
  hitRatio: number
  /** The least and the most of all runs. */
  low: number
  high: number
  /** Standard error by the choice of the sampled keys. */
  samplingError: number
  /** The share of gets that miss only because the references begin when the server had long been running: it may hold those keys from before. */
  unseen: number
}

/** One size simulated several times. */
export type Simulated = Estimate & {
  /** The first run. */
  outcome: Outcome
  keysMost: number
  bytesMost: number
  /** Of each part of the keys. */
  parts: Estimate[]
  /** Of all runs. */
  course: Course
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
    const outcome = replay(references, costs, cache, question, new Random(seed + 500_000), from)
    return { cache, outcome, exact: !offsets[run] }
  })
  const { cache, outcome } = runs[0]!
  // Where LFU's minute falls moves the ratio more than the slack of memory does: all runs count, because together they are even over the minute.
  const meant = runs.map(({ exact }) => exact || question.policy.endsWith('-lfu'))
  const misses = runs.map(({ outcome }) => missesBy(outcome.missesByKey, references.part, prepared.parts.length))
  const estimate = ({ rate, requests }: Pick<PreparedPart, 'rate' | 'requests'>, ofRun: Misses[], unseen: number): Estimate => {
    const gets = rate * requests || 1
    const ratios = ofRun.map(({ sum }) => 1 - sum / gets)
    const counted = ratios.filter((_, run) => meant[run])
    return {
      hitRatio: counted.reduce((sum, ratio) => sum + ratio, 0) / counted.length,
      low: Math.min(...ratios),
      high: Math.max(...ratios),
      samplingError: samplingError(ofRun[0]!, rate, requests),
      unseen: from > 0 ? unseen / gets : 0,
    }
  }
  const { course } = outcome
  for (const run of runs.slice(1)) course.join(run.outcome.course)
  return {
    ...estimate(
      { rate, requests },
      misses.map(({ all }) => all),
      outcome.unseen,
    ),
    outcome,
    keysMost: outcome.keysMost / rate,
    bytesMost: cache.bytesMost,
    course,
    parts: prepared.parts.map((part, i) =>
      estimate(
        part,
        misses.map(({ parts }) => parts[i]!),
        outcome.parts[i]!.unseen,
      ),
    ),
  }
}

/** Misses by key, added up. */
type Misses = { keys: number; sum: number; squares: number }

function missesBy(missesByKey: Uint32Array, part: Uint8Array | undefined, parts: number): { all: Misses; parts: Misses[] } {
  const groups = Array.from({ length: parts + 1 }, (): Misses => ({ keys: 0, sum: 0, squares: 0 }))
  for (let key = 0; key < missesByKey.length; key++) {
    const misses = missesByKey[key]!
    const group = groups[part && parts > 0 ? part[key]! : 0]!
    group.keys++
    group.sum += misses
    group.squares += misses ** 2
  }
  const all = groups.reduce((a, b) => ({ keys: a.keys + b.keys, sum: a.sum + b.sum, squares: a.squares + b.squares }))
  return { all, parts: groups.slice(1) }
}

/** The standard error of a ratio estimate from keys that were drawn with probability `rate` (Cochran, Sampling Techniques, ch. 2), as a hit ratio. */
function samplingError({ keys, sum, squares }: Misses, rate: number, requests: number): number {
  if (rate >= 1 || keys === 0 || requests === 0) return 0
  return Math.sqrt((1 - rate) * Math.max(0, squares - sum ** 2 / keys)) / (rate * requests)
}

/** The gets from that row on. */
export function getsFrom({ op }: References, from: number): number {
  let gets = 0
  for (let row = from; row < op.length; row++) if (op[row] === OP.get) gets++
  return gets
}
