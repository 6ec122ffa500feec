import { expect, test } from 'vitest'
import { HAPROXY_DEFAULTS } from '../../test/haproxyCfg.ts'
import { KillableEvenkeel } from '../../test/killableEvenkeel.ts'
import { describeWith } from '../../test/live.ts'
import { ask, startApp, startHaproxy } from '../../test/servers.ts'
import type { Change } from '../model/change.ts'
import type { TargetConfig } from '../model/product.ts'
import type { Pool } from '../model/topology.ts'

const POOLS = { table: 'balance static-rr', map: 'balance uri', ring: 'balance uri\n  hash-type consistent', robin: 'balance roundrobin' }

const cfg =
  (app: number) =>
  ([port, second]: number[]) =>
    `${HAPROXY_DEFAULTS}${Object.entries(POOLS)
      .map(
        ([name, balance]) =>
          `backend ${name}\n  ${balance}\n  server a 127.0.0.1:${app} weight 100\n  server b 127.0.0.1:${app} weight 50\n`,
      )
      .join('')}
frontend web
  bind 127.0.0.1:${port}
  default_backend spare
backend spare
  server a 127.0.0.1:1
  server x 127.0.0.1:${app} backup
  server y 127.0.0.1:${app} backup
backend lone
  server a 127.0.0.1:${app}
frontend busy
  bind 127.0.0.1:${second}
  default_backend tight
backend tight
  server a 127.0.0.1:${app} maxconn 2
  server b 127.0.0.1:${app} maxconn 2
`

/** So many requests under way at a time, until it is disposed. */
function traffic(port: number, atOnce: number): Disposable {
  let open = true
  for (let i = 0; i < atOnce; i++)
    void (async () => {
      while (open) await fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.text()).catch(() => {}) // biome-ignore format: one line
    })()
  return {
    [Symbol.dispose]() {
      open = false
    },
  }
}

describeWith(['haproxy'], 'what a real HAProxy cannot do', () => {
  test('is refused before any effect, with the reason; 0, the first weight and states go', async () => {
    await using app = await startApp({ latencyMs: 50 })
    await using haproxy = await startHaproxy({ cfg: cfg(app.port), ports: 2 })
    const { socket, config, ports } = haproxy.about
    await using evenkeel = new KillableEvenkeel([{ kind: 'haproxy', name: 'edge', socket, config } as TargetConfig], { ownMs: 60_000 })
    await evenkeel.start()
    await evenkeel.up()
    await evenkeel.until(() => evenkeel.ask<Pool[]>('pools'), (pools) => pools[0]?.servers[0]?.weightInitial !== undefined) // biome-ignore format: one line
    const own = (...steps: [name: string, after: string][]) =>
      evenkeel.ask<{ change: string }>('create', { steps: steps.map(([name, after]) => ({ setting: { target: 'edge', name }, after })) })
    const weightOf = async (name: string) => (await ask(socket, `get weight ${name}\n`)).trim()
    const poolOf = async (name: string) => (await evenkeel.ask<Pool[]>('pools')).find((pool) => pool.name === name)!

    for (const pool of ['table', 'map']) {
      await expect(own([`${pool}/a/weight`, '25'])).rejects.toMatchObject({ code: 'invalid', message: expect.stringMatching(/0 % and 100 %.*0 or 100/) }) // biome-ignore format: one line
      // One step that cannot be keeps the others from being written.
      await expect(own([`${pool}/b/state`, 'drain'], [`${pool}/a/weight`, '25'])).rejects.toMatchObject({ code: 'invalid' })
      // HAProxy itself says the same, and takes what is let through.
      expect(await ask(socket, `set server ${pool}/a weight 25\n`)).toContain('static LB algorithm')
      const { change } = await own([`${pool}/a/weight`, '0'], [`${pool}/b/weight`, '50'])
      expect(await weightOf(`${pool}/a`)).toBe('0 (initial 100)')
      await evenkeel.ask('rollBack', { change })
      expect(await weightOf(`${pool}/a`)).toBe('100 (initial 100)')
      const drained = await own([`${pool}/a/state`, 'drain'])
      await evenkeel.ask('rollBack', { change: drained.change })
      expect((await evenkeel.ask<Change>('change', { change: drained.change })).state).toBe('rolled_back')
    }
    for (const pool of ['ring', 'robin']) {
      await own([`${pool}/a/weight`, '25'])
      expect(await weightOf(`${pool}/a`)).toBe('25 (initial 100)')
    }
    expect(await poolOf('table')).toMatchObject({ can: { weight: { because: expect.any(String) } }, fixedWeights: true })

    // HAProxy counts the first backup alone: it stands in for the last active server, and may then not go itself.
    await own(['spare/a/state', 'maint'])
    await evenkeel.until(() => poolOf('spare'), ({ servers }) => servers[0]!.state === 'maint') // biome-ignore format: one line
    for (let i = 0; i < 4; i++) expect((await fetch(`http://127.0.0.1:${ports[0]}/`)).status).toBe(200)
    const sent = (await ask(socket, 'show stat spare 4 -1\n')).split('\n').map((line) => line.split(','))
    const total = (server: string) => Number(sent.find((row) => row[1] === server)![7])
    expect([total('x'), total('y')]).toEqual([4, 0])
    await expect(own(['lone/a/state', 'drain'])).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('no server of lone takes'),
    })
    await expect(own(['lone/a/weight', '0'])).rejects.toMatchObject({ code: 'invalid' })

    // Each server may have two sessions, and four are under way all the time.
    using _load = traffic(ports[1]!, 4)
    await evenkeel.until(
      () => own(['tight/a/state', 'drain']).then(({ change }) => evenkeel.ask('rollBack', { change }), (error: Error) => error.message), // biome-ignore format: one line
      (answer) => /b would take .* at most 2 are allowed/.test(String(answer)),
    )
    expect((await poolOf('tight')).servers.map(({ state }) => state)).toEqual(['up', 'up'])
  }, 60_000)
})
