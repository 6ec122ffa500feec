import { expect, test } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { replayOnRedis } from '../../test/redisReplay.ts'
import { traffic } from '../../test/traffic.ts'
import { curves } from './curves.ts'
import { REDIS_EMPTY_BYTES, REDIS_EMPTY_SLACK } from './memory.ts'
import type { Question } from './question.ts'

const SECONDS = 12

describeWith(['redis-server'], 'a real redis-server hits what was predicted', () => {
  const drifting = traffic({
    seed: 5,
    requests: SECONDS * 2_000,
    perSecond: 2_000,
    keys: 15_000,
    driftPerSecond: 40,
    scan: { everySeconds: 5, keys: 1_000 },
    sets: 0.02,
    deletes: 0.01,
    size: { median: 300, spread: 0.8 },
  })
  const asked: [Omit<Question, 'sizes'>, number][] = [
    [{ policy: 'allkeys-lru' }, 2_500_000],
    [{ policy: 'volatile-ttl', samples: 10, ttl: { ms: 3_000, jitter: 0.3, refreshOnRead: true } }, 2_200_000],
  ]

  test('a replay at its own speed lies inside the band, with eviction and with TTLs', async () => {
    const measured = await Promise.all(asked.map(([question, bytes]) => replayOnRedis(drifting, question, bytes)))
    for (const [index, [question, bytes]] of asked.entries()) {
      const answer = curves(drifting, { ...question, sizes: { bytes: [bytes] } })
      const [point] = answer.curves!.points
      const { hitRatio, emptyBytes, evicted } = measured[index]!
      expect(evicted).toBeGreaterThan(1_000)
      expect(hitRatio, question.policy).toBeGreaterThan(point!.low)
      expect(hitRatio, question.policy).toBeLessThan(point!.high)
      expect(point!.high - point!.low).toBeLessThan(0.1)
      expect(Math.abs(emptyBytes - REDIS_EMPTY_BYTES)).toBeLessThan(3 * REDIS_EMPTY_SLACK)
    }
  })
})
