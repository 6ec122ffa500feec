import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { authFailures } from '../lib/detectors/cache/auth-failures.ts'
import { configDrift } from '../lib/detectors/cache/config-drift.ts'
import { failoverChurn } from '../lib/detectors/cache/failover-churn.ts'
import { forkMemory } from '../lib/detectors/cache/fork-memory.ts'
import { largeReplies } from '../lib/detectors/cache/large-replies.ts'
import { outputBuffers } from '../lib/detectors/cache/output-buffers.ts'
import { timeToFull } from '../lib/detectors/cache/time-to-full.ts'
import { createBus } from '../lib/engine/bus.ts'
import { createEngine } from '../lib/engine/engine.ts'
import { createFleet } from '../lib/engine/fleet.ts'
import type { Finding } from '../lib/model/finding.ts'
import { redisConfig } from '../lib/products/redis/config.ts'
import { redis } from '../lib/products/redis/product.ts'
import { createStore } from '../lib/store/store.ts'
import { describeWith } from './live.ts'
import { ask, type RedisServer, startRedis } from './servers.ts'

const PASSWORD = 'sesame-of-this-test'
const MB = 1_048_576

/** Subscribes and never reads; what is published stays in the server. */
async function deafSubscriber({ about }: RedisServer): Promise<Socket> {
  const socket = connect(about.port, '127.0.0.1')
  socket.on('error', () => {})
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  socket.write(`AUTH ${PASSWORD}\r\nCLIENT SETNAME deaf\r\nSUBSCRIBE news\r\n`)
  await new Promise((resolve) => socket.once('data', resolve))
  socket.pause()
  return socket
}

/** Publishes until the server keeps so much for the one that does not read: the machine's own buffers take the first megabytes. */
async function publishUntil(client: Redis, bytes: number): Promise<void> {
  const message = 'x'.repeat(MB / 2)
  for (let i = 0; i < 100; i++) {
    await client.publish('news', message)
    const row = String(await client.client('LIST')).split('\n').find((one) => one.includes(' name=deaf ')) ?? '' // biome-ignore format: one line
    if (Number(/ omem=(\d+)/.exec(row)?.[1]) >= bytes) return
  }
  throw new Error('the output buffer did not grow')
}

describeWith(['redis-server'], 'rules of caches on a primary and its replica', () => {
  test('refused logins, settings that differ and a subscriber that does not read are found, nothing else is, and no secret is told', async () => {
    const limits = 'client-output-buffer-limit pubsub 24mb 0 0'
    await using primary = await startRedis({ password: PASSWORD, config: [limits, 'maxmemory 200mb', 'maxmemory-policy allkeys-lru'] })
    await using replica = await startRedis({ password: PASSWORD, config: [limits, `replicaof 127.0.0.1 ${primary.about.port}`, `masterauth ${PASSWORD}`, 'maxmemory 100mb', 'maxmemory-policy noeviction'] }) // biome-ignore format: one line
    const client = new Redis(primary.about.url)
    const deaf = await deafSubscriber(primary)
    await publishUntil(client, 16 * MB)

    const findings = new Map<string, Finding>()
    const bus = createBus(() => {})
    bus.on((event) => {
      if (event.type === 'finding') findings.set(`${event.finding.rule} ${event.finding.subject.target}`, event.finding)
    })
    const store = createStore({ path: ':memory:' })
    const quiet = () => {}
    const log = { info: quiet, warn: quiet, error: quiet }
    const targets = [
      { name: 'a', server: primary },
      { name: 'b', server: replica },
    ].map(({ name, server }) => ({ config: redisConfig.parse({ kind: 'redis', name, url: server.about.url, role: 'cache' }), product: redis })) // biome-ignore format: one line
    const engine = createEngine({
      fleet: createFleet({ targets, edges: [], poll: { everyMs: 1_000, timeoutMs: 900 }, store, bus, log }),
      rules: { 'cache/config-drift': { settings: configDrift.settings.parse({ for: 0 }) } },
      detectors: [authFailures, configDrift, failoverChurn, forkMemory, largeReplies, outputBuffers, timeToFull],
      advisors: [],
      store,
      bus,
      describe: () => ({ commands: [] }),
      learningMs: 0,
      log,
    })
    const firing = async (key: string, seconds: number): Promise<Finding> => {
      for (const end = Date.now() + seconds * 1_000; Date.now() < end; await sleep(100)) {
        const finding = findings.get(key)
        if (finding?.state === 'firing') return finding
      }
      throw new Error(`${key} does not fire: ${[...findings.keys()].join(', ')}`)
    }
    try {
      engine.start()
      expect(await firing('cache/output-buffers a', 15)).toMatchObject({ summary: expect.stringMatching(/for a subscriber \(deaf at 127\.0\.0\.1:\d+, SUBSCRIBE\): at 24.MiB it is cut off$/) }) // biome-ignore format: one line
      const drift = await firing('cache/config-drift b', 15)
      expect(drift.severity).toBe('warning')
      expect(drift.evidence.map(({ method }) => method)).toEqual(
        expect.arrayContaining([expect.stringContaining('CONFIG SET maxmemory-policy allkeys-lru'), expect.stringContaining('CONFIG SET maxmemory 209715200')]), // biome-ignore format: one line
      )
      // A rate is told against the time before: half a minute of it.
      await expect.poll(() => store.window(0, Date.now()).series('cache_auth_failures_total', { target: 'a' })[0]?.points.length ?? 0, { timeout: 40_000, interval: 200 }).toBeGreaterThan(30) // biome-ignore format: one line
      expect(findings.has('cache/auth-failures a')).toBe(false)
      await Promise.all(
        Array.from({ length: 15 }, () => ask(primary.about.port, 'AUTH wrong\r\nPING\r\n', (answer) => answer.includes('NOAUTH'))),
      )
      expect((await firing('cache/auth-failures a', 12)).summary).toMatch(/^a refuses .*\/s logins, 0\/s before: \d+ in /)
      expect([...findings.keys()].sort()).toEqual(['cache/auth-failures a', 'cache/config-drift b', 'cache/output-buffers a'])
      const kept = JSON.stringify([[...findings.values()], store.records('setting'), store.records('fact'), store.records('raw')])
      expect(kept).not.toContain(PASSWORD)
    } finally {
      deaf.destroy()
      await engine.stop()
      client.disconnect()
      store.close()
    }
  })
})
