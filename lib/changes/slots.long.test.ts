import { expect, test } from 'vitest'
import { KillableEvenkeel } from '../../test/killableEvenkeel.ts'
import { describeWith } from '../../test/live.ts'
import { startCluster, startReplicas } from '../../test/redisFamilies.ts'
import { type RedisServer, redisSay } from '../../test/servers.ts'
import { planned, served, shop } from '../../test/slotShop.ts'
import type { Job } from '../model/job.ts'
import type { TargetConfig } from '../model/product.ts'

describeWith(['redis-server'], 'a Redis Cluster that is rebalanced', () => {
  test('under load, killed half-way again and again and undone: as it was; then to its end, and back', async () => {
    await using nodes = await startCluster([12_000, 2_384, 2_000])
    await using replicas = await startReplicas(nodes)
    await using fleet = await shop(nodes)
    const target = { kind: 'redis', name: 'shop', cluster: [nodes[0]!.about.url], role: 'cache' } as unknown as TargetConfig
    await using evenkeel = new KillableEvenkeel([target], {})
    await evenkeel.start()
    await evenkeel.until(() => evenkeel.ask<{ state: string }[]>('state'), (states) => states.length === 7 && states.every(({ state }) => state === 'up')) // biome-ignore format: one line
    const before = await served(nodes)
    expect(before.open).toEqual([])

    const { change } = await evenkeel.ask<{ change: string }>('apply', { proposal: await planned(nodes, 'p1') })
    const { job } = await evenkeel.change(change)
    const look = () => evenkeel.ask<Job>('job', { job })
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

    const again = await evenkeel.ask<{ change: string }>('apply', { proposal: await planned(nodes, 'p2') })
    const own = (await evenkeel.change(again.change)).job
    const ended = await evenkeel.until(() => evenkeel.ask<Job>('job', { job: own }), ({ state }) => state !== 'running', 60) // biome-ignore format: one line
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
  }, 120_000)
})
