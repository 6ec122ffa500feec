import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { webToApp } from '../../test/haproxyCfg.ts'
import { KillableEvenkeel } from '../../test/killableEvenkeel.ts'
import { describeWith } from '../../test/live.ts'
import { type App, ask, redisSay, startApp, startHaproxy, startRedis } from '../../test/servers.ts'
import { steadyRequests, weightOf } from '../../test/steadyRequests.ts'
import type { TargetConfig } from '../model/product.ts'
import type { Pool } from '../model/topology.ts'

const cfg = (apps: App[]) => webToApp('balance roundrobin', ...apps.map((app, i) => `server app${i + 1} 127.0.0.1:${app.port} weight 100`))

const proposal = {
  id: 'p1',
  finding: 'f1',
  advisor: 'pool-weights',
  steps: [{ setting: { target: 'edge', name: 'app/app4/weight' }, before: '100', after: '4' }],
  because: 'app4 is slow',
  prediction: { metric: 'pool_response_seconds', where: { target: 'edge', pool: 'app' }, unit: 'seconds', before: 0.05, after: 0.022, low: 0.018, high: 0.03, basis: 'a test' }, // biome-ignore format: one line
  guards: [],
  risk: 'low',
  riskBecause: 'exact',
  commands: ['set server app/app4/weight 4'],
  state: 'open',
  createdAt: 0,
}

describeWith(['haproxy'], 'a change on a real HAProxy', () => {
  test('is applied, survives kill -9 of Evenkeel while it is watched, is judged by what was measured before, and can be rolled back', async () => {
    await using a = await startApp({ latencyMs: 15 })
    await using b = await startApp({ latencyMs: 15 })
    await using c = await startApp({ latencyMs: 15 })
    await using slow = await startApp({ latencyMs: 150 })
    await using server = await startHaproxy({ cfg: cfg([a, b, c, slow]) })
    using _load = steadyRequests([server.about.ports[0]!], 200)
    await using evenkeel = new KillableEvenkeel(
      [{ kind: 'haproxy', name: 'edge', socket: `tcp://127.0.0.1:${server.about.adminPort}` } as TargetConfig],
      { measureMs: 6_000, beforeMs: 10_000, lookMs: 1_000 },
    )
    await evenkeel.start()
    await evenkeel.up()
    await sleep(12_000)
    const { change } = await evenkeel.ask<{ change: string }>('apply', { proposal })
    expect(await weightOf(server, 'app4')).toBe('4')
    await expect(evenkeel.ask('apply', { proposal: { ...proposal, id: 'p2' } })).rejects.toMatchObject({ code: 'busy' })
    await sleep(2_000)
    await evenkeel.kill()
    expect(await weightOf(server, 'app4')).toBe('4')

    await evenkeel.start()
    expect(await evenkeel.change(change)).toMatchObject({ state: 'watching' })
    const kept = await evenkeel.ended(change, 60)
    expect(kept).toMatchObject({ state: 'kept', verdict: 'improved' })
    expect(kept.measured!.before).toBeGreaterThan(0.04)
    expect(kept.measured!.after).toBeLessThan(0.03)
    expect(kept.journal.map((entry) => entry.what)).toContain('recovered')
    // The picture is fresh right after a write.
    const pools = await evenkeel.ask<Pool[]>('pools')
    expect(pools.find((pool) => pool.name === 'app')!.servers.find((one) => one.name === 'app4')!.weightSet).toBe(4)

    await evenkeel.ask('rollBack', { change })
    expect(await evenkeel.change(change)).toMatchObject({ state: 'rolled_back', automatic: false })
    expect(await weightOf(server, 'app4')).toBe('100')
  }, 120_000)

  test('meets another writer: drift before it is applied, while it is watched, and in a roll-back', async () => {
    await using app = await startApp({ latencyMs: 5 })
    await using other = await startApp({ latencyMs: 5 })
    await using server = await startHaproxy({ cfg: cfg([app, other]) })
    await using evenkeel = new KillableEvenkeel(
      [{ kind: 'haproxy', name: 'edge', socket: `tcp://127.0.0.1:${server.about.adminPort}` } as TargetConfig],
      { ownMs: 8_000, lookMs: 500 },
    )
    const steps = (after: string) => [{ setting: { target: 'edge', name: 'app/app1/weight' }, after }]
    const set = (weight: number) => ask(server.about.adminPort, `set server app/app1 weight ${weight}\n`)
    await evenkeel.start()
    await evenkeel.up()
    await set(77)
    const stale = { ...proposal, steps: [{ setting: { target: 'edge', name: 'app/app1/weight' }, before: '100', after: '10' }] }
    await expect(evenkeel.ask('apply', { proposal: stale })).rejects.toMatchObject({ code: 'drift' })
    for (const bad of ['999', '-1', 'banana', '1;quit'])
      await expect(evenkeel.ask('create', { steps: steps(bad) })).rejects.toMatchObject({ code: 'invalid' })
    await expect(
      evenkeel.ask('create', { steps: [{ setting: { target: 'edge', name: 'app/nobody/weight' }, after: '1' }] }),
    ).rejects.toMatchObject({ code: 'not_found' })
    expect(await weightOf(server, 'app1')).toBe('77')

    const first = await evenkeel.ask<{ change: string }>('create', { steps: steps('50') })
    await set(60)
    expect(await evenkeel.ended(first.change, 6)).toMatchObject({ state: 'failed', outcome: expect.stringContaining('is 60, not 50') })
    expect(await weightOf(server, 'app1')).toBe('60')

    const second = await evenkeel.ask<{ change: string }>('create', { steps: steps('40') })
    expect(await evenkeel.ended(second.change, 15)).toMatchObject({
      state: 'kept',
      verdict: 'unjudged',
      steps: [{ before: '60', after: '40' }],
    })
    await set(70)
    await evenkeel.ask('rollBack', { change: second.change })
    expect(await evenkeel.change(second.change)).toMatchObject({ state: 'failed' })
    expect(await weightOf(server, 'app1')).toBe('70')
  }, 60_000)
})

describeWith(['redis-server'], 'a change on a real Redis', () => {
  test('is written, and put back after a server that was away', async () => {
    await using redis = await startRedis({ config: ['maxmemory 50mb', 'hz 10'] })
    await using evenkeel = new KillableEvenkeel([{ kind: 'redis', name: 'cache', url: redis.about.url, role: 'cache' } as TargetConfig], {
      readMs: 1_000,
    })
    await evenkeel.start()
    await evenkeel.up()
    const hz = async () => /\$2\r\nhz\r\n\$\d+\r\n(\d+)/.exec(await redisSay(redis, 'CONFIG GET hz'))?.[1]
    const steps = [{ setting: { target: 'cache', name: 'config/hz' }, after: '20' }]
    const { change } = await evenkeel.ask<{ change: string }>('create', { steps })
    expect(await hz()).toBe('20')
    redis.freeze()
    await evenkeel.ask('rollBack', { change })
    expect(await evenkeel.change(change)).toMatchObject({ state: 'watching', rollingBack: { by: 'ann' } })
    redis.thaw()
    expect(await evenkeel.ended(change, 15)).toMatchObject({ state: 'rolled_back' })
    expect(await hz()).toBe('10')
  }, 60_000)
})
