import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { HAPROXY_DEFAULTS } from '../../test/haproxyCfg.ts'
import { KillableEvenkeel } from '../../test/killableEvenkeel.ts'
import { describeWith } from '../../test/live.ts'
import { ask, type HaproxyServer, startApp, startHaproxy } from '../../test/servers.ts'
import type { Change } from '../model/change.ts'
import type { TargetConfig } from '../model/product.ts'
import type { Pool } from '../model/topology.ts'

const cfg = (app: number) => () =>
  `${HAPROXY_DEFAULTS}backend app
  balance roundrobin
  server a 127.0.0.1:${app} weight 100
  server b 127.0.0.1:${app} weight 100
backend hashed
  balance uri
  hash-type consistent
  server a 127.0.0.1:${app} weight 100
  server b 127.0.0.1:${app} weight 100
backend own
  balance roundrobin
  server a 127.0.0.1:${app} weight 100 slowstart 30s
  server b 127.0.0.1:${app} weight 100
`

const weightOf = async (haproxy: HaproxyServer) => /^(\d+)/.exec(await ask(haproxy.about.socket, 'get weight app/a\n'))![1]!
/** srv_admin_state of a server: 0 is ready, 1 is in maintenance. */
const adminOf = async (haproxy: HaproxyServer, pool = 'app') =>
  (await ask(haproxy.about.socket, `show servers state ${pool}\n`))
    .split('\n')
    .find((line) => line.split(' ')[3] === 'a')!
    .split(' ')[6]

describeWith(['haproxy'], 'a slow start on a real HAProxy', () => {
  test('raises the weight in stages; is rolled back in the middle; survives kill -9 between stages; goes at once where it should', async () => {
    await using app = await startApp()
    await using haproxy = await startHaproxy({ cfg: cfg(app.port) })
    const maint = (pool = 'app') => ask(haproxy.about.socket, `set server ${pool}/a state maint\n`)
    for (const pool of ['app', 'hashed', 'own']) await maint(pool)
    await using evenkeel = new KillableEvenkeel(
      [{ kind: 'haproxy', name: 'edge', socket: haproxy.about.socket, config: haproxy.about.config } as TargetConfig],
      { slowStartMs: 3_000, ownMs: 3_000, lookMs: 500 },
    )
    await evenkeel.start()
    await evenkeel.up()
    const back = (pool = 'app') =>
      evenkeel.ask<{ change: string }>('create', { steps: [{ setting: { target: 'edge', name: `${pool}/a/state` }, after: 'ready' }] })
    /** Weights in the order in which the real server held them, until one is `last`. */
    const weights = async (last: string) => {
      const seen: string[] = []
      for (const end = Date.now() + 15_000; seen.at(-1) !== last && Date.now() < end; await sleep(50)) {
        const now = await weightOf(haproxy)
        if (now !== seen.at(-1)) seen.push(now)
      }
      return seen
    }

    const first = await back()
    expect(await adminOf(haproxy)).toBe('0')
    expect(await weights('100')).toEqual(['25', '50', '75', '100'])
    expect(await evenkeel.ended(first.change, 15)).toMatchObject({ state: 'kept', steps: [{ before: 'maint', after: 'ready' }] })

    await maint()
    const second = await back()
    expect(await weights('50')).toEqual(['25', '50'])
    const begun = Date.now()
    await evenkeel.ask('rollBack', { change: second.change })
    expect(Date.now() - begun).toBeLessThan(10_000)
    expect(await evenkeel.change(second.change)).toMatchObject({ state: 'rolled_back' })
    expect([await weightOf(haproxy), await adminOf(haproxy)]).toEqual(['100', '1'])

    const third = await back()
    expect(await weights('50')).toEqual(['25', '50'])
    await evenkeel.kill()
    expect(await weightOf(haproxy)).toBe('50')
    await evenkeel.start()
    expect(await weights('100')).toEqual(['50', '75', '100'])
    expect(await adminOf(haproxy)).toBe('0')
    await evenkeel.up()
    await evenkeel.ask('rollBack', { change: third.change })
    expect([await weightOf(haproxy), await adminOf(haproxy)]).toEqual(['100', '1'])

    for (const [pool, why] of [
      ['hashed', /move keys/],
      ['own', /HAProxy's own `slowstart`/],
    ] as const) {
      // biome-ignore format: a table
      const { change } = await back(pool)
      expect(await adminOf(haproxy, pool)).toBe('0')
      expect(await ask(haproxy.about.socket, `get weight ${pool}/a\n`)).toContain('100 (initial 100)')
      const { journal, slowStart } = await evenkeel.ask<Change>('change', { change })
      expect(slowStart).toBeUndefined()
      expect(journal.map(({ text }) => text)).toContainEqual(expect.stringMatching(why))
    }
    // HAProxy itself raises that one now, and is told apart from a weight that somebody set.
    const writer = await evenkeel.until(
      async () => (await evenkeel.ask<Pool[]>('pools')).find(({ name }) => name === 'own')?.servers[0]?.otherWriter,
      (said) => said !== undefined,
    )
    expect(writer).toMatch(/^slowstart, at \d+ %$/)
  }, 90_000)
})
