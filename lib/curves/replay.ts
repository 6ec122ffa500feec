import { AgeHistogram } from './ages.ts'
import { Course } from './course.ts'
import { lookAtParts, PartTally } from './partTally.ts'
import type { Question, Ttl } from './question.ts'
import type { Random } from './random.ts'
import { OP, type References } from './references.ts'

/** What a replay asks of a simulated cache. `now` never runs backwards. */
export interface SimulatedCache {
  readonly count: number
  /** Keys that went for lack of memory so far. */
  readonly evicted: number
  /** Memory of the whole cache at the most so far, bytes. */
  readonly bytesMost: number
  /** Does what the server does by itself until then. */
  advance(now: number): void
  /** The age of what is read, ms; negative when the key is not held. */
  read(key: number, now: number): number
  /** Stores the key, which takes `cost`; `ttlMs` infinite: for good. False when memory is full and nothing may go. */
  write(key: number, now: number, cost: number, ttlMs: number): boolean
  /** Gives a held key another expiry time; infinite: none. */
  expire(key: number, at: number): void
  delete(key: number): void
  /** Bytes that the key takes, without what all keys share; negative when it is not held. */
  bytesHeld(key: number): number
}

/** What a replay showed from the row `from` on. */
export type Outcome = {
  misses: number
  missesByKey: Uint32Array
  ages: AgeHistogram
  /** Fills and writes that were refused because memory was full. */
  refused: number
  /** Keys of the sample held at the most. */
  keysMost: number
  /** Misses of keys that were not asked for before and that a running cache might hold: nothing was evicted yet, and their TTL may not be over. */
  unseen: number
  /** Of each part of the keys that the question tells apart. */
  parts: PartTally[]
  /** From the first row on. */
  course: Course
}

/** So often it is looked at what each part of the keys holds. */
const LOOKS = 8

/** Draws the TTL of one fill: the question's own, or the one of the row; infinite without. */
function drawn(ttl: Ttl | null, random: Random): number {
  if (!ttl) return Number.POSITIVE_INFINITY
  const jitter = ttl.jitter ?? 0
  return jitter === 0 ? ttl.ms : Math.max(1, Math.round(ttl.ms * (1 - jitter + 2 * jitter * random.unit())))
}

/**
 * A read-through replay: a get that misses fills its key at once, as an application does that asks its origin. Misses and ages are counted
 * from the row `from` on; what comes before only warms the cache up.
 */
export function replay(
  references: References,
  costs: Uint32Array,
  cache: SimulatedCache,
  { ttl, parts = [] }: Pick<Question, 'ttl' | 'parts'>,
  random: Random,
  from: number,
): Outcome {
  const { at, key, op, ttlMs } = references
  const part = parts.length > 0 ? references.part : undefined
  const ttls = [ttl, ...parts.map((one) => (one.ttl === undefined ? ttl : one.ttl))]
  const tallies = parts.map(() => new PartTally())
  const lookEvery = tallies.length > 0 ? Math.max(1, Math.ceil((key.length - from) / LOOKS)) : Number.POSITIVE_INFINITY
  let lookAt = from + lookEvery - 1
  const ages = new AgeHistogram()
  const missesByKey = new Uint32Array(references.keys)
  // From zero, so that seconds fit into 32 bits whatever the source counts from.
  const zero = at[0] ?? 0
  const course = new Course((at.at(-1) ?? 0) - zero)
  const seen = new Uint8Array(references.keys)
  let misses = 0
  let unseen = 0
  let refused = 0
  let keysMost = 0
  for (let row = 0; row < key.length; row++) {
    if (row === lookAt) {
      lookAtParts(cache, part, tallies)
      lookAt += lookEvery
    }
    const k = key[row]!
    const now = at[row]! - zero
    const does = op[row]!
    const first = seen[k] === 0
    const group = part ? part[k]! : 0
    const asked = ttls[group]
    const tally = group > 0 ? tallies[group - 1] : undefined
    seen[k] = 1
    cache.advance(now)
    if (does === OP.delete) {
      cache.delete(k)
      continue
    }
    if (does === OP.get) {
      const age = cache.read(k, now)
      course.add(now, age < 0)
      if (age >= 0) {
        if (asked?.refreshOnRead) cache.expire(k, now + drawn(asked, random))
        if (row < from) continue
        ages.add(age)
        tally?.ages.add(age)
        continue
      }
    }
    const told = asked === undefined ? ttlMs[row]! : drawn(asked, random)
    const given = told > 0 ? told : Number.POSITIVE_INFINITY
    if (does === OP.get && row >= from) {
      misses++
      missesByKey[k]!++
      if (first && cache.evicted === 0 && (asked?.refreshOnRead || now <= given)) {
        unseen++
        if (tally) tally.unseen++
      }
    }
    if (!cache.write(k, now, costs[row]!, given)) refused++
    if (cache.count > keysMost) keysMost = cache.count
  }
  return { misses, missesByKey, ages, refused, keysMost, unseen, parts: tallies, course }
}
