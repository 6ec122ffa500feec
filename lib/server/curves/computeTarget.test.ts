import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { randomOf } from '../../../test/random.ts'
import { redisKeyBytes } from '../../curves/memory.ts'
import type { Question } from '../../curves/question.ts'
import type { Access } from '../../model/reference.ts'
import { hash64 } from '../../rings/hashes/hash64.ts'
import { SegmentLog } from '../references/segmentLog.ts'
import { computeTargetCurves } from './computeTarget.ts'

const NOW = 1_767_225_600_000
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-curves-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const exact: Question = { policy: 'allkeys-lru', sizes: { keys: [500, 2_000] }, steady: true }
const ask = (question = exact, match?: string) =>
  computeTargetCurves({ log: { folder, since: 0, ...(match !== undefined && { match }) }, question, present: null, byMemory: false })
/** Reads of the last `seconds`, every 5 ms, of keys of a Zipf law; `rate` is the share of the keys that is reported. */
async function report(
  seconds: number,
  keys: number,
  { rate = 1, pattern = '' as string | ((rank: number) => string), size = 500 } = {},
): Promise<Access[]> {
  const random = randomOf(3)
  const all = Array.from({ length: seconds * 200 }, (_, i): Access => {
    const rank = Math.floor(keys ** random() - 1)
    const of = typeof pattern === 'string' ? pattern : pattern(rank)
    return {
      ...{ at: NOW - seconds * 1_000 + 5 * i, ...hash64(Buffer.from(`k:${rank}`)), op: 0, size },
      ...{ ttlMs: Number.NaN, keyBytes: 0, pattern: of },
    }
  })
  const log = new SegmentLog(folder, { keepMs: 3_600_000, rowsMax: 1_000_000 }, () => NOW)
  await log.add({ list: all.filter(({ high }) => high < rate * 2 ** 32), rate, gets: all.length })
  await log.close()
  return all
}

/** The hit ratio of an exact LRU cache over the second half. */
function lru(accesses: readonly Access[], capacity: number): number {
  const held = new Map<string, true>()
  let hits = 0
  accesses.forEach(({ high, low }, i) => {
    const key = `${high}:${low}`
    if (held.delete(key) && i >= accesses.length / 2) hits++
    held.set(key, true)
    if (held.size > capacity) held.delete(held.keys().next().value!)
  })
  return (2 * hits) / accesses.length
}

describe('curves of a log of references', () => {
  it('are those of the traffic, of its second half', async () => {
    const all = await report(100, 20_000)
    const { answer, from, to } = ask()
    expect({ from: Math.round((NOW - from) / 1_000), to: NOW - to }).toEqual({ from: 50, to: 5 })
    expect(answer).toMatchObject({ samplingRate: 1, points: [{ keys: 500 }, { keys: 2_000 }] })
    expect(answer.requests).toBeGreaterThan(9_900)
    expect(Math.abs(answer.points[0]!.hitRatio - lru(all, 500))).toBeLessThan(0.02)
    expect(Math.abs(answer.points[1]!.hitRatio - lru(all, 2_000))).toBeLessThan(0.02)
  })

  it('are told from a sample of the keys too, within their bands', async () => {
    const all = await report(300, 50_000, { rate: 0.3 })
    const { answer } = ask()
    expect(answer.samplingRate).toBeCloseTo(0.3, 2)
    for (const [i, capacity] of [500, 2_000].entries()) {
      const { low, high, hitRatio } = answer.points[i]!
      expect(lru(all, capacity)).toBeGreaterThan(low)
      expect(lru(all, capacity)).toBeLessThan(high)
      expect(hitRatio).toBeGreaterThan(low)
    }
  })

  it('say what is missing', async () => {
    const missing = (...asked: Parameters<typeof ask>) => {
      try {
        ask(...asked)
        return 'answered'
      } catch (error) {
        return `${(error as { code: string }).code}: ${(error as Error).message}`
      }
    }
    expect(missing()).toBe('too_little: There are no references yet: no source has told which keys are read.')
    await report(10, 1_000)
    expect(missing()).toMatch(/^too_little: The references are of 10 s; 20 s at least/)
    expect(missing(exact, 'k:*')).toMatch(/tell no patterns of keys/)
    rmSync(folder, { recursive: true })
    await report(30, 5_000)
    expect(missing({ ...exact, parts: [{ match: 'k:*' }] })).toMatch(/^too_little: The references tell no patterns of keys/)
    rmSync(folder, { recursive: true })
    await report(30, 50)
    expect(missing()).toMatch(/^too_little: There are too few keys/)
    rmSync(folder, { recursive: true })
    await report(60, 20_000, { rate: 0.05, pattern: 'k:*' })
    expect(missing()).toMatch(/^too_little: There are too few/)
    expect(missing(exact, 'other:*')).toMatch(/No reference has a pattern that "other:\*" matches/)
  })

  it('tell parts of the keys by themselves, as they are and with another TTL', async () => {
    await report(100, 5_000, { pattern: (rank) => (rank % 2 ? 'page:*' : 'user:*') })
    const { answer, now, keyWeight } = computeTargetCurves({
      log: { folder, since: 0 },
      question: { ...exact, sizes: { keys: [800] }, parts: [{ match: 'page:*', ttl: { ms: 5_000 } }, { match: 'user:*' }] },
      present: { ...exact, sizes: { keys: [800] }, parts: [{ match: 'page:*' }, { match: 'user:*' }] },
      byMemory: true,
    })
    const [before, after] = [now!.parts!, answer.points[0]!.parts!]
    expect(after[0]!.hitRatio!.value).toBeLessThan(before[0]!.hitRatio!.value - 0.05)
    expect(after[0]!.age!.p95).toBeLessThan(5_500)
    expect(after[1]!.hitRatio!.value).toBeGreaterThan(before[1]!.hitRatio!.value)
    expect(before[0]!.readsShare + before[1]!.readsShare).toBeCloseTo(1, 10)
    // All of one size, of which the text of keys is not told.
    expect(keyWeight).toBe(redisKeyBytes(32, 500))
    expect(answer.patterns.map(({ pattern }) => pattern)).toEqual(['user:*', 'page:*'])
    expect(answer.basis).toContain('of "page:*" a TTL of 5')
  })

  it('are answered of memcached by keys', async () => {
    const all = await report(100, 20_000)
    const { answer } = ask({ ...exact, policy: 'memcached' })
    expect(Math.abs(answer.points[1]!.hitRatio - lru(all, 2_000))).toBeLessThan(0.03)
  })
})
