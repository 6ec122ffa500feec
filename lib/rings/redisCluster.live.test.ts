import { expect, test } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { keySlots, TAGGED } from '../../test/rings/redis.ts'
import { routedKeys } from '../../test/routed.ts'
import { startRedis } from '../../test/servers.ts'
import { clusterSlot } from './algorithms/redisCluster.ts'

describeWith(['redis-server'], 'CLUSTER KEYSLOT agrees', () => {
  test('hash tags, empty tags, nested braces, UTF-8', async () => {
    await using redis = await startRedis({ config: ['cluster-enabled yes'] })
    const keys = [...routedKeys(3_000, 3), ...TAGGED]
    const slots = await keySlots(redis.about.port, keys)
    expect(slots).toEqual(keys.map(clusterSlot))
  })
})
