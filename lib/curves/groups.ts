import type { Question } from './question.ts'
import { Random } from './random.ts'
import { OP, type References } from './references.ts'
import { replay } from './replay.ts'
import { Study } from './study.ts'

/** What the gets of one group of keys did. */
export type GroupOutcome = { keys: number; gets: number; misses: number }

/**
 * The hits and misses of each group of keys in one cache that they all share, by one simulation of all references: `groupOf` says by key which
 * group it is in, `question` asks for one size in keys.
 */
export function groupOutcomes(references: References, question: Question, groupOf: ArrayLike<number>, groups: number): GroupOutcome[] {
  const { references: all, costs, from, server } = new Study(references, question).sample(1)
  const cache = server.open({
    keys: all.keys,
    capacity: question.sizes.keys?.[0] ?? Number.POSITIVE_INFINITY,
    unit: 'keys',
    rate: all.samplingRate,
    seed: 1,
    phase: 0,
  })
  const { missesByKey } = replay(all, costs, cache, question, new Random(2), from)
  const out = Array.from({ length: groups }, (): GroupOutcome => ({ keys: 0, gets: 0, misses: 0 }))
  for (let key = 0; key < all.keys; key++) {
    const group = out[groupOf[key]!]!
    group.keys++
    group.misses += missesByKey[key]!
  }
  for (let row = from; row < all.key.length; row++) if (all.op[row] === OP.get) out[groupOf[all.key[row]!]!]!.gets++
  return out
}
