import { expect, test } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { routedKeys } from '../../test/routed.ts'
import { ask, startRedis } from '../../test/servers.ts'
import { clusterSlot } from './algorithms/redisCluster.ts'

describeWith(['redis-server'], 'CLUSTER KEYSLOT agrees', () => {
  test('hash tags, empty tags, nested braces, UTF-8', async () => {
    await using redis = await startRedis({ config: ['cluster-enabled yes'] })
    const keys = [...routedKeys(3_000, 3), 'foo{}{bar}', 'foo{{bar}}zap', '{}', '}{', 'a{b', 'foo{bar}{zap}']
    const commands = keys.map((key) => `*3\r\n$7\r\nCLUSTER\r\n$7\r\nKEYSLOT\r\n$${Buffer.byteLength(key)}\r\n${key}\r\n`).join('')
    let lines = 0
    const answer = await ask(redis.about.port, commands, (text) => {
      lines = text.split('\r\n').length - 1
      return lines === keys.length
    })
    const slots = answer
      .trim()
      .split('\r\n')
      .map((line) => Number(line.slice(1)))
    expect(slots).toEqual(keys.map(clusterSlot))
  })
})
