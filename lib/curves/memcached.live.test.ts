import { expect, test } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { replayOnMemcached } from '../../test/memcachedReplay.ts'
import { traffic } from '../../test/traffic.ts'
import { curves } from './curves.ts'

const SECONDS = 10

describeWith(['memcached'], 'a real memcached hits what was predicted', () => {
  test('a replay at its own speed lies inside the band, and the number of items that fit is exact', async () => {
    const scanned = traffic({
      seed: 6,
      requests: SECONDS * 3_000,
      perSecond: 3_000,
      keys: 12_000,
      zipf: 1,
      scan: { everySeconds: 3, keys: 1_500 },
    })
    const { hitRatio, keys, evicted } = await replayOnMemcached(scanned, null, 2)
    const [point] = curves(scanned, { policy: 'memcached', ttl: null, sizes: { bytes: [2 * 1_048_576] } }).curves!.points
    expect(evicted).toBeGreaterThan(1_000)
    expect(keys).toBe(point!.keys)
    expect(hitRatio).toBeGreaterThan(point!.low)
    expect(hitRatio).toBeLessThan(point!.high)
  })
})
