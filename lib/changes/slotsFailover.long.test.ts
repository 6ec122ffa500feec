import { expect, test } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { redisSay } from '../../test/servers.ts'
import { rebalancing, served, watchedShop } from '../../test/slotShop.ts'

describeWith(['redis-server'], 'a fail-over while slots are moved', () => {
  test.each([
    ['the sender', 0],
    ['a receiver', 1],
  ])(
    'of %s: the job ends in words, and what it moved is with the heirs, nothing open',
    async (_of, which) => {
      await using watched = await watchedShop('first')
      const { nodes, replicas, fleet, evenkeel, before } = watched
      const { change, look } = await rebalancing(watched, 'p1')
      await evenkeel.until(look, ({ done }) => done >= 15, 30)
      expect(await redisSay(replicas[which]!, 'CLUSTER FAILOVER')).toContain('+OK')

      expect(await evenkeel.until(look, ({ state }) => state !== 'running')).toMatchObject({
        state: 'failed',
        // In the middle of a command the server itself refuses.
        because: expect.stringMatching(/ is a replica now \(a fail-over\)|^Slots cannot be moved from /),
      })
      expect(await evenkeel.ended(change, 120)).toMatchObject({ state: 'rolled_back', outcome: expect.stringMatching(/^Its job failed: /) })
      const masters = nodes.map((node, i) => (i === which ? replicas[i]! : node))
      await expect.poll(() => served(masters), { timeout: 5_000 }).toEqual(before)
      await fleet.whole(masters)
      for (const node of masters) expect(await redisSay(node, 'CLUSTER INFO')).toContain('cluster_state:ok')
    },
    400_000,
  )

  test.each([
    ['the sender', 'killed', 0],
    ['a receiver', 'killed', 1],
    ['the sender', 'frozen', 0],
  ])(
    'of %s, which is %s and does not come back: the same, and clients are served',
    async (_of, how, which) => {
      await using watched = await watchedShop('all')
      const { nodes, replicas, fleet, evenkeel, before } = watched
      const { change, look } = await rebalancing(watched, 'p1')
      await evenkeel.until(look, ({ done }) => done >= 15, 30)
      // What a client was told is written and no replica has yet is lost with any master: that is Redis's, not the job's.
      fleet.load.still = true
      await expect
        .poll(async () => {
          const { written } = fleet.load
          await redisSay(nodes[which]!, 'WAIT 1 1000')
          return fleet.load.written === written
        })
        .toBe(true)
      if (how === 'frozen') nodes[which]!.freeze()
      else await nodes[which]!.stop('SIGKILL')

      const dead = `127.0.0.1:${nodes[which]!.about.port}`
      const heir = `127.0.0.1:${replicas[which]!.about.port}`
      expect(await evenkeel.until(look, ({ state }) => state !== 'running', 90)).toMatchObject({
        state: 'failed',
        because: `${dead} has failed, and ${heir} took its place (a fail-over): the job ends, and what it has moved comes back.`,
      })
      expect(await evenkeel.ended(change, 240)).toMatchObject({ state: 'rolled_back', outcome: expect.stringMatching(/^Its job failed: /) })
      const masters = nodes.map((node, i) => (i === which ? replicas[i]! : node))
      await expect.poll(() => served(masters), { timeout: 5_000 }).toEqual(before)
      // Clients without a deadline would wait for it for ever.
      if (how === 'frozen') nodes[which]!.thaw()
      await expect.poll(() => redisSay(masters[which]!, 'INFO replication'), { timeout: 20_000 }).toMatch(how === 'frozen' ? /connected_slaves:1/ : /role:master/) // biome-ignore format: one line
      fleet.load.still = false
      await fleet.whole(masters)
      for (const node of masters) expect(await redisSay(node, 'CLUSTER INFO')).toContain('cluster_state:ok')
    },
    600_000,
  )
})
