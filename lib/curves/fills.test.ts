import { expect, it } from 'vitest'
import { randomOf } from '../../test/random.ts'
import { curves } from './curves.ts'
import { withoutFills } from './fills.ts'
import { textHash } from './hash.ts'
import { OP, ReferenceBuilder } from './references.ts'

type Row = [at: number, id: string, op: number, ttlMs?: number]
function built(rows: Row[]) {
  const builder = new ReferenceBuilder()
  for (const [at, id, op, ttlMs = Number.NaN] of rows)
    builder.add({ at, id, hash: textHash(id), op, size: op === OP.set ? 100 : 0, ttlMs, keyBytes: id.length })
  return builder.build()
}

it('leaves out a write that follows a read of what had ended, and keeps what it tells', () => {
  const { at, op, size, ttlMs } = withoutFills(
    built([
      [0, 'a', OP.get],
      [5, 'a', OP.set, 1_000],
      [500, 'a', OP.get],
      // Still there when it was read: somebody wrote it anew.
      [510, 'a', OP.set, 1_000],
      [2_000, 'a', OP.get],
      [2_020, 'a', OP.set, 1_000],
      // No read before it.
      [2_500, 'b', OP.set, 1_000],
      // Too late to be the fill of that read.
      [3_000, 'c', OP.get],
      [20_000, 'c', OP.set],
      [21_000, 'd', OP.get],
      [21_001, 'd', OP.delete],
    ]),
  )
  expect([...at]).toEqual([0, 500, 510, 2_000, 2_500, 3_000, 20_000, 21_000, 21_001])
  expect([...op]).toEqual([0, 0, 1, 0, 1, 0, 1, 0, 2])
  expect([...size].slice(0, 4)).toEqual([100, 0, 100, 100])
  expect([...ttlMs].slice(0, 4)).toEqual([1_000, Number.NaN, 1_000, 1_000])
})

it('of a cache that evicts, a write shortly after a read fills it whatever its TTL', () => {
  const rows: Row[] = [[0, 'a', OP.get], [5, 'a', OP.set, 60_000], [500, 'a', OP.get], [510, 'a', OP.set, 60_000], [900, 'a', OP.set, 60_000]] // biome-ignore format: one line
  expect([...withoutFills(built(rows), true).at]).toEqual([0, 500, 900])
  expect([...withoutFills(built(rows)).at]).toEqual([0, 500, 510, 900])
})

it('another rule of eviction is told from what a full cache reported, as if nobody had filled it', () => {
  const random = randomOf(7)
  const reads = Array.from(
    { length: 60_000 },
    (_, i): Row => [i * 2, i % 2 ? `scan:${i}` : `item:${Math.floor(4_000 ** random() - 1)}`, OP.get],
  )
  const held = new Set<string>()
  const reported = reads.flatMap(([at, id]): Row[] => {
    const hit = held.delete(id)
    held.add(id)
    if (held.size > 1_500) held.delete(held.values().next().value!)
    return [[at, id, OP.get], ...(hit ? [] : [[at + 1, id, OP.set, 3_600_000] as Row])]
  })
  const ratio = (references: ReturnType<typeof built>) =>
    curves(references, { policy: 'allkeys-lfu', sizes: { keys: [1_500] }, steady: true }).curves!.points[0]!.hitRatio
  const truth = ratio(built(reads))
  expect(ratio(withoutFills(built(reported), true))).toBeCloseTo(truth, 2)
  expect(ratio(withoutFills(built(reported)))).toBeGreaterThan(truth + 0.01)
})

it('a longer TTL is told from what a cache with the shorter one reported, as if nobody had filled it', () => {
  const random = (() => {
    let state = 7
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state / 2 ** 32
    }
  })()
  const reads: Row[] = Array.from({ length: 20_000 }, (_, i) => [i * 5, `page:${Math.floor(4_000 ** random() - 1)}`, OP.get])
  const ends = new Map<string, number>()
  const reported = reads.flatMap(([at, id]): Row[] => {
    if ((ends.get(id) ?? 0) > at) return [[at, id, OP.get]]
    ends.set(id, at + 5_000)
    return [[at, id, OP.get], [at + 1, id, OP.set, 5_000]] // biome-ignore format: one line
  })
  const ratio = (rows: Row[], clean: boolean) => {
    const references = built(rows)
    const answer = curves(clean ? withoutFills(references) : references, {
      policy: 'allkeys-lru',
      ttl: { ms: 10_000 },
      sizes: { keys: [1e9] },
      steady: true,
    })
    return answer.curves!.points[0]!.hitRatio
  }
  const truth = ratio(reads, false)
  expect(ratio(reported, true)).toBeCloseTo(truth, 2)
  expect(ratio(reported, false)).toBeGreaterThan(truth + 0.03)
})
