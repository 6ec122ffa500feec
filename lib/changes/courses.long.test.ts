import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { webToApp } from '../../test/haproxyCfg.ts'
import { KillableEvenkeel } from '../../test/killableEvenkeel.ts'
import { describeWith } from '../../test/live.ts'
import { type App, type HaproxyServer, startApp, startHaproxy } from '../../test/servers.ts'
import { steadyRequests, weightOf } from '../../test/steadyRequests.ts'
import type { Change } from '../model/change.ts'
import type { Course } from '../model/group.ts'
import type { TargetConfig } from '../model/product.ts'

const NAMES = ['lb1', 'lb2', 'lb3']
const cfg = (apps: App[]) => webToApp('balance roundrobin', ...apps.map((app, i) => `server app${i + 1} 127.0.0.1:${app.port} weight 100`))

const proposal = (name: string, after: number) => ({
  id: `p-${name}`,
  finding: 'f1',
  advisor: 'pool-weights',
  steps: [{ setting: { target: 'lb2', name: `app/${name}/weight` }, before: '100', after: '4' }],
  because: `${name} is slow`,
  prediction: { metric: 'pool_response_seconds', where: { target: 'lb2', pool: 'app' }, unit: 'seconds', before: 0.05, after, low: 0.7 * after, high: 1.5 * after, basis: 'a test' }, // biome-ignore format: one line
  guards: [],
  risk: 'low',
  riskBecause: 'exact',
  commands: [],
  state: 'open',
  createdAt: 0,
})

describeWith(['haproxy'], 'a course over three identical HAProxys', () => {
  /** The fleet with traffic, long enough for a baseline. */
  async function withFleet(work: (evenkeel: KillableEvenkeel, servers: HaproxyServer[]) => Promise<void>): Promise<void> {
    await using a = await startApp({ latencyMs: 15 })
    await using b = await startApp({ latencyMs: 15 })
    await using slow = await startApp({ latencyMs: 150 })
    const text = cfg([a, b, slow])
    await using one = await startHaproxy({ cfg: text })
    await using two = await startHaproxy({ cfg: text })
    await using three = await startHaproxy({ cfg: text })
    const servers = [one, two, three]
    using _load = steadyRequests(
      servers.map(({ about }) => about.ports[0]!),
      100,
    )
    await using evenkeel = new KillableEvenkeel(
      servers.map(({ about }, i) => ({ kind: 'haproxy', name: NAMES[i]!, socket: `tcp://127.0.0.1:${about.adminPort}` }) as TargetConfig),
      { measureMs: 6_000, beforeMs: 10_000, lookMs: 1_000 },
    )
    await evenkeel.start()
    await evenkeel.up()
    await sleep(13_000)
    await work(evenkeel, servers)
  }
  const courses = (evenkeel: KillableEvenkeel) => evenkeel.ask<Course[]>('courses')
  const changes = (evenkeel: KillableEvenkeel) => evenkeel.ask<Change[]>('changes')

  test('the canary is judged beside its siblings, then the others follow, across a kill', async () => {
    await withFleet(async (evenkeel, servers) => {
      const { change } = await evenkeel.ask<{ change: string }>('applyToGroup', { proposal: proposal('app3', 0.02) })
      expect(await Promise.all(servers.map((server) => weightOf(server, 'app3')))).toEqual(['4', '100', '100'])
      const canary = await evenkeel.change(change)
      expect(canary.controls?.[0]?.siblings.map(({ where }) => where.target)).toEqual(['lb2', 'lb3'])
      await evenkeel.until(() => changes(evenkeel), (all) => all.length === 2 && all.every(({ state }) => state !== 'applying'), 120) // biome-ignore format: one line
      await evenkeel.kill()
      await evenkeel.start()
      await evenkeel.until(() => courses(evenkeel), ([course]) => course!.state === 'done', 240) // biome-ignore format: one line
      expect(await Promise.all(servers.map((server) => weightOf(server, 'app3')))).toEqual(['4', '4', '4'])
      for (const one of await changes(evenkeel)) expect(one).toMatchObject({ state: 'kept' })
      expect(await evenkeel.change(change)).toMatchObject({ verdict: 'improved' })
    })
  }, 420_000)

  test('what makes the canary worse reaches no other', async () => {
    await withFleet(async (evenkeel, servers) => {
      const { change } = await evenkeel.ask<{ change: string }>('applyToGroup', { proposal: proposal('app1', 0.03) })
      await evenkeel.until(() => courses(evenkeel), ([course]) => course!.state === 'rolled_back', 180) // biome-ignore format: one line
      expect(await evenkeel.change(change)).toMatchObject({ state: 'rolled_back', verdict: 'regressed', automatic: true })
      expect(await Promise.all(servers.map((server) => weightOf(server, 'app1')))).toEqual(['100', '100', '100'])
      expect(await changes(evenkeel)).toHaveLength(1)
    })
  }, 300_000)
})
