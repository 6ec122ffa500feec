import { expect, test } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { type RedisServer, redisSay } from '../../test/servers.ts'
import { rebalancing, served, watchedShop } from '../../test/slotShop.ts'

describeWith(['redis-server'], 'a Redis Cluster that is rebalanced', () => {
  test('under load, killed half-way again and again and undone: as it was; then to its end, and back', async () => {
    await using watched = await watchedShop('first')
    const { nodes, replicas, fleet, evenkeel, before } = watched
    expect(before.open).toEqual([])

    const { change, look } = await rebalancing(watched, 'p1')
    let done = 0
    for (let kills = 0; kills < 3; kills++) {
      const least = done + 15
      ;({ done } = await evenkeel.until(look, (now) => now.done >= least))
      await evenkeel.kill()
      await evenkeel.start()
    }
    const { done: total, undoRecorded } = await look()
    expect(total).toBeGreaterThanOrEqual(45)
    expect(undoRecorded).toBeGreaterThanOrEqual(total)
    const halfWay = await served(nodes)
    expect(halfWay.ranges).not.toEqual(before.ranges)
    // Killed once more in the middle of the roll-back, which goes on by itself.
    const back = evenkeel.ask('rollBack', { change }).catch(() => {})
    await expect.poll(() => served(nodes), { timeout: 10_000, interval: 20 }).not.toMatchObject({ ranges: halfWay.ranges })
    await evenkeel.kill()
    await back
    await evenkeel.start()
    expect(await evenkeel.ended(change, 30)).toMatchObject({ state: 'rolled_back' })
    await expect.poll(() => served(nodes), { timeout: 5_000 }).toEqual(before)
    await fleet.whole()

    const again = await rebalancing(watched, 'p2')
    const ended = await evenkeel.until(again.look, ({ state }) => state !== 'running', 60)
    expect(ended).toMatchObject({ state: 'done', left: 0 })
    const after = await served(nodes)
    expect(after.open).toEqual([])
    const slots = after.ranges.map((ranges) => ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0))
    expect(slots[0]).toBe(12_000 - ended.done)
    expect(slots.reduce((sum, count) => sum + count, 0)).toBe(16_384)
    await fleet.whole()
    await evenkeel.ask('rollBack', { change: again.change })
    await expect.poll(() => served(nodes), { timeout: 5_000 }).toEqual(before)
    await fleet.whole()
    fleet.load.still = true
    const keysOf = async (node: RedisServer) => /db0:keys=\d+/.exec(await redisSay(node, 'INFO keyspace'))?.[0]
    for (const [i, replica] of replicas.entries())
      await expect.poll(() => keysOf(replica), { timeout: 5_000 }).toBe(await keysOf(nodes[i]!))
    expect(fleet.load.wrong).toEqual([])
    expect(fleet.load.reads).toBeGreaterThan(1_000)
  }, 600_000)
})
