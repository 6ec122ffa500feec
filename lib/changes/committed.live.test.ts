import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { checkout } from '../../test/checkout.ts'
import { HAPROXY_DEFAULTS } from '../../test/haproxyCfg.ts'
import { HaproxyReloads } from '../../test/haproxyReloads.ts'
import { describeWith } from '../../test/live.ts'
import { ask, type HaproxyServer, startHaproxy } from '../../test/servers.ts'
import { createBus } from '../engine/bus.ts'
import type { Change } from '../model/change.ts'
import { emptyTopology } from '../model/topology.ts'
import { haproxyActuator } from '../products/haproxy/actuator.ts'
import { haproxyConfig } from '../products/haproxy/config.ts'
import { createStore } from '../store/store.ts'
import { createChanges } from './changes.ts'

const FILE = 'haproxy.cfg'
const BACKENDS = `${HAPROXY_DEFAULTS}backend app
  server one 127.0.0.1:1 weight 100
  server two 127.0.0.1:1 weight 100
`

const weightOf = async (server: HaproxyServer, name: string) =>
  /^(\d+)/.exec(await ask(server.about.socket, `get weight app/${name}\n`))?.[1]

describeWith(['haproxy', 'git'], 'a change of a real HAProxy that its file owns', () => {
  test('is committed, deployed by somebody else, watched from its arrival on, and taken back the same way', async () => {
    await using server = await startHaproxy({ cfg: () => BACKENDS })
    await using reloads = new HaproxyReloads()
    using own = checkout({ [FILE]: await readFile(server.about.config, 'utf8') })
    const config = haproxyConfig.parse({
      ...{ kind: 'haproxy', name: 'edge', socket: server.about.socket, owner: 'file' },
      repository: { path: own.path, files: [FILE] },
    })
    const store = createStore({ path: ':memory:' })
    const changes = createChanges({
      store,
      actuators: [haproxyActuator],
      fleet: {
        targetConfig: (name) => (name === 'edge' ? { kind: 'haproxy', config } : null),
        window: (spanMs) => store.window(Date.now() - spanMs, Date.now()),
        topology: emptyTopology,
        pollNow: async () => {},
      },
      mode: () => 'tune',
      bus: createBus(() => {}),
      log: { info() {}, warn() {}, error() {} },
      settings: { lookMs: 100, ownMs: 60_000 },
    })
    /** What a deployment does: the branch is merged, the file is copied, HAProxy reloads. */
    const deploy = async (branch: string) => {
      own.git('merge', '--quiet', branch)
      await writeFile(server.about.config, own.git('show', `main:${FILE}`))
      await reloads.of(server)
    }
    const until = async (id: string, state: Change['state']) => {
      for (const end = Date.now() + 8_000; store.changes.get(id)!.state !== state && Date.now() < end; await sleep(50)) await changes.tick()
      return store.changes.get(id)!
    }

    const step = { setting: { target: 'edge', name: 'app/one/weight' }, after: '40' }
    const { change: id } = await changes.create({ steps: [step], because: 'slow' }, 'ann')
    await changes.tick()
    expect(store.changes.get(id!)).toMatchObject({ state: 'awaiting', committed: { branch: `evenkeel/${id}` } })
    expect(await weightOf(server, 'one')).toBe('100')
    await deploy(`evenkeel/${id}`)
    expect(await weightOf(server, 'one')).toBe('40')
    const watched = await until(id!, 'watching')
    expect(watched).toMatchObject({ state: 'watching', steps: [{ before: '100', after: '40' }] })
    expect(watched.watchFrom).toBeGreaterThan(watched.at)

    await changes.rollBack(id!, 'bob')
    await changes.tick()
    expect(store.changes.get(id!)).toMatchObject({ state: 'awaiting', returned: { branch: `evenkeel/${id}-back` } })
    expect(await weightOf(server, 'one')).toBe('40')
    await deploy(`evenkeel/${id}-back`)
    expect(await until(id!, 'rolled_back')).toMatchObject({ state: 'rolled_back', automatic: false })
    expect(await weightOf(server, 'one')).toBe('100')
    expect(own.git('show', `main:${FILE}`)).toBe(await readFile(server.about.config, 'utf8'))
    store.close()
  })
})
