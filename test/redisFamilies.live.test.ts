import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { parseConfig } from '../lib/config/parse.ts'
import { getConfig } from '../lib/server/configuration/configuration.ts'
import { openRuntime } from '../lib/server/open.ts'
import type { Runtime } from '../lib/server/runtime.ts'
import { schemas } from '../lib/server/schemas.ts'
import { listTargets } from '../lib/server/targets/targets.ts'
import { describeWith } from './live.ts'
import { startCluster, startSentinel } from './redisFamilies.ts'
import { redisSay, startRedis } from './servers.ts'

async function within(yaml: string, work: (evenkeel: Runtime) => Promise<void>): Promise<void> {
  process.env.EVENKEEL_LOG = 'silent'
  const data = await mkdtemp(join(tmpdir(), 'ek-'))
  const config = parseConfig(`mode: tune\ntargets:\n${yaml}`, {}, schemas(), { file: join(data, 'evenkeel.yaml'), readFile: () => '' })
  const evenkeel = await openRuntime({ ...config, data }, { NODE_ENV: 'test' }, () => {})
  try {
    await work(evenkeel)
  } finally {
    await evenkeel.close()
    await rm(data, { recursive: true, force: true })
  }
}

type Looked<T> = T | null | undefined | false

async function until<T>(what: string, look: () => Looked<T> | Promise<Looked<T>>, ms = 20_000): Promise<T> {
  for (const end = Date.now() + ms; ; await sleep(50)) {
    const found = await look()
    if (found) return found
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`)
  }
}

describeWith(['redis-server'], 'a Cluster and Sentinels', () => {
  test('a Redis Cluster: each node is a tunable target with its slots, and one that serves more than its share is found', async () => {
    await using nodes = await startCluster([10_000, 3_000, 3_384])
    const [first] = nodes
    const clients = new Redis.Cluster(nodes.map(({ about }) => ({ host: '127.0.0.1', port: about.port })))
    const traffic = setInterval(() => {
      for (let i = 0; i < 20; i++) clients.get(`key:${Math.random()}`).catch(() => {})
    }, 20)
    try {
      await within(
        `  - { kind: redis, name: catalog, cluster: ["redis://127.0.0.1:${first!.about.port}"], role: cache, monitor: never }
rules: { cache/slot-imbalance: { over: 8s, for: 1s } }`,
        async (evenkeel) => {
          const named = nodes.map(({ about }) => `catalog:127.0.0.1:${about.port}`)
          await until('the nodes', async () => {
            const up = (await listTargets(evenkeel)).items.filter(({ state }) => state === 'up')
            return ['catalog', ...named].every((name) => up.some((target) => target.name === name))
          })
          await until('the slots', () =>
            named.every((name) => evenkeel.engine.topology().targets.find((target) => target.name === name)?.cluster),
          )
          expect(named.map((name) => evenkeel.engine.topology().targets.find((target) => target.name === name)?.cluster?.slots)).toEqual([
            10_000, 3_000, 3_384,
          ])
          const finding = await until(
            'the finding',
            () => evenkeel.store.findings.list(({ rule, state }) => rule === 'cache/slot-imbalance' && state === 'firing')[0],
          )
          expect(finding).toMatchObject({
            subject: { target: named[0] },
            summary: expect.stringContaining('its larger share of the slots explains that'),
          })

          const own = { steps: [{ setting: { target: named[1]!, name: 'config/hz' }, after: '20' }], because: 'a test' }
          await evenkeel.changes.create(own, 'ann')
          expect(await redisSay(nodes[1]!, 'CONFIG GET hz')).toContain('20')
          await expect(
            evenkeel.changes.create({ ...own, steps: [{ setting: { target: 'catalog', name: 'config/hz' }, after: '20' }] }, 'ann'),
          ).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining('several servers') })

          await nodes[2]!.stop('SIGKILL')
          await until(
            'the lost node',
            () =>
              evenkeel.store.findings.list(
                ({ rule, subject, state }) => rule === 'fleet/target-down' && subject.target === named[2] && state === 'firing',
              )[0],
          )
        },
      )
    } finally {
      clearInterval(traffic)
      clients.disconnect()
    }
  }, 90_000)

  test('a node that announces another network’s address is reached where natMap says', async () => {
    await using nodes = await startCluster([16_384], ['cluster-announce-ip 10.1.2.3', 'cluster-announce-port 7000'])
    await within(
      `  - { kind: redis, name: catalog, cluster: ["${nodes[0]!.about.url}"], natMap: { "10.1.2.3:7000": "127.0.0.1:${nodes[0]!.about.port}" } }`,
      async (evenkeel) => {
        const target = await until('the node', async () =>
          (await listTargets(evenkeel)).items.find(({ name, state }) => name === 'catalog:10.1.2.3:7000' && state === 'up'),
        )
        expect(target!.address).toBe(`127.0.0.1:${nodes[0]!.about.port}`)
      },
    )
  }, 60_000)

  test('Sentinels: the master and its replicas are targets, with the password of the servers, which is never shown', async () => {
    await using master = await startRedis({ password: 'sesame-42' })
    await using replica = await startRedis({
      password: 'sesame-42',
      config: [`replicaof 127.0.0.1 ${master.about.port}`, 'masterauth sesame-42'],
    })
    await using sentinel = await startSentinel(master)
    await within(
      `  - { kind: redis, name: sessions, sentinel: { master: mymaster, nodes: ["127.0.0.1:1", "127.0.0.1:${sentinel.about.port}"] }, password: sesame-42, role: store }`,
      async (evenkeel) => {
        const both = [master, replica].map(({ about }) => `sessions:127.0.0.1:${about.port}`)
        await until('master and replica', async () => {
          const up = (await listTargets(evenkeel)).items.filter(({ state }) => state === 'up')
          return ['sessions', ...both].every((name) => up.some((target) => target.name === name))
        })
        expect((await listTargets(evenkeel)).items.find(({ name }) => name === both[0])).toMatchObject({ kind: 'redis', role: 'store' })
        expect(JSON.stringify([await listTargets(evenkeel), getConfig(evenkeel)])).not.toContain('sesame-42')
      },
    )
  }, 60_000)
})
