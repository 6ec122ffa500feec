import { MemcachedCache } from './memcachedCache.ts'
import { REDIS_EMPTY_BYTES, REDIS_EMPTY_SLACK, redisCosts } from './memory.ts'
import { isSegmented, type Question } from './question.ts'
import { RedisCache } from './redisCache.ts'
import type { References } from './references.ts'
import type { SimulatedCache } from './replay.ts'
import { SLAB_CHUNKS, slabClasses } from './slabs.ts'

/** How one cache of a question begins. */
export type Start = {
  keys: number
  /** How many keys fit, or the memory that the server is given: of the whole cache, not of the sample. */
  capacity: number
  unit: 'keys' | 'bytes'
  /** Share of the keys that are simulated: what the server does per second and not per key is done that much more rarely. */
  rate: number
  seed: number
  /** Where in its minute the server's clock stands at the zero of the references' time, ms. */
  phase: number
}

/** What tells one kind of server from another in a simulation. */
export type ServerModel = {
  /** Bytes it uses besides its keys, and how far that may be off. */
  emptyBytes: number
  slackBytes: number
  /** How far the model is off at the most in 95 of 100 cases, as a hit ratio: measured on real servers (bench/curves.bench.ts). */
  error: number
  /** What the fill of each row costs in the server's own terms; null: the references do not say. */
  costs(references: References): Uint32Array | null
  /** Bytes of memory of one such cost. */
  bytesOf(cost: number): number
  open(start: Start): SimulatedCache
}

export function serverOf(question: Question): ServerModel {
  if (isSegmented(question.policy))
    return {
      emptyBytes: 0,
      slackBytes: 0,
      error: 0.015,
      costs: slabClasses,
      bytesOf: (slab) => SLAB_CHUNKS[slab]!,
      open: (start) => new MemcachedCache(start),
    }
  return {
    emptyBytes: REDIS_EMPTY_BYTES,
    slackBytes: REDIS_EMPTY_SLACK,
    error: 0.01,
    costs: redisCosts,
    bytesOf: (bytes) => bytes,
    open: (start) => new RedisCache({ ...question, ...start }),
  }
}
