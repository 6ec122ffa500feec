import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { HAPROXY_DEFAULTS } from '../../test/haproxyCfg.ts'
import { KillableEvenkeel } from '../../test/killableEvenkeel.ts'
import { describeWith } from '../../test/live.ts'
import { type App, startApp, startHaproxy } from '../../test/servers.ts'
import type { Change } from '../model/change.ts'
import type { TargetConfig } from '../model/product.ts'

const POOLS = ['app', 'web', 'api']
const cfg = (apps: App[]) => (ports: number[]) =>
  `${HAPROXY_DEFAULTS}${POOLS.map(
    (pool, i) => `frontend in-${pool}
  bind 127.0.0.1:${ports[i]}
  default_backend ${pool}
backend ${pool}
  balance roundrobin
  server a 127.0.0.1:${apps[2 * i]!.port} weight 100
  server b 127.0.0.1:${apps[2 * i + 1]!.port} weight 100
`,
  ).join('')}`

/** Steady requests to all pools until it is disposed. */
function traffic(ports: readonly number[]): Disposable {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const timer = setInterval(() => {
    for (const port of ports) get({ port, host: '127.0.0.1', path: '/', agent }, (answer) => answer.resume()).on('error', () => {})
  }, 20)
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      agent.destroy()
    },
  }
}

const where = { target: 'edge', pool: 'app' }
const guard = { metric: 'pool_error_ratio', where, unit: 'ratio', op: '>', limit: 0.2, forMs: 3_000, why: 'they fail' }
const prediction = { metric: 'pool_response_seconds', where, unit: 'seconds', before: 0.02, after: 0.01, low: 0.005, high: 0.015, basis: 'a test' } // biome-ignore format: one line
const proposal = (id: string, before: string, after: string) => ({ id, finding: 'f1', advisor: 'pool-weights', steps: [{ setting: { target: 'edge', name: 'app/a/weight' }, before, after }], because: 'a is slow', prediction, guards: [guard], risk: 'low', riskBecause: 'exact', commands: [], state: 'open', createdAt: 0 }) // biome-ignore format: one line

describeWith(['haproxy'], 'a dip of the whole fleet, on a real HAProxy with three pools', () => {
  test('while a change is watched, is no verdict against it; what its own pool alone does, is', async () => {
    const apps = await Promise.all(POOLS.flatMap(() => [0, 1]).map(() => startApp({ latencyMs: 20 })))
    await using server = await startHaproxy({ cfg: cfg(apps), ports: POOLS.length })
    using _load = traffic(server.about.ports)
    await using evenkeel = new KillableEvenkeel(
      [{ kind: 'haproxy', name: 'edge', socket: `tcp://127.0.0.1:${server.about.adminPort}` } as TargetConfig],
      { watchMs: 18_000, measureMs: 5_000, beforeMs: 12_000, lookMs: 1_000, guardMs: 5_000 },
    )
    await evenkeel.start()
    await evenkeel.up()
    await sleep(14_000)

    // The origin turns slow, and half of what is asked of it fails, in every pool at once.
    const { change } = await evenkeel.ask<{ change: string }>('apply', { proposal: proposal('p1', '100', '80') })
    const opened = await evenkeel.change(change)
    expect(opened.controls!.map(({ metric, siblings }) => [metric, siblings.length])).toEqual([
      ['pool_response_seconds', 2],
      ['pool_error_ratio', 2],
    ])
    const fail = (some: readonly App[], latencyMs: number, errorRatio: number) => {
      for (const app of some) Object.assign(app, { latencyMs, errorRatio })
    }
    fail(apps, 100, 0.5)
    const dipped: Change = await evenkeel.ended(change, 40)
    console.log(dipped.verdict, dipped.outcome, dipped.judged)
    expect(dipped.verdict).not.toBe('regressed')
    const told = dipped.journal.filter(({ what }) => what === 'guard')
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringMatching(/siblings rose by \d+\.\d points too \(2 pools\): it is not of this change/),
    ])

    // Well again; then only the changed pool fails.
    fail(apps, 20, 0)
    await sleep(14_000)
    const weight = dipped.state === 'kept' ? '80' : '100'
    const second = await evenkeel.ask<{ change: string }>('apply', { proposal: proposal('p2', weight, '60') })
    fail(apps.slice(0, 2), 100, 0.5)
    const failed: Change = await evenkeel.ended(second.change, 40)
    expect(failed).toMatchObject({
      state: 'rolled_back',
      verdict: 'regressed',
      automatic: true,
      outcome: expect.stringMatching(/^Guard: error ratio/),
    })
    await Promise.all(apps.map((app) => app[Symbol.asyncDispose]()))
  }, 600_000)
})
