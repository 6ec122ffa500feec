import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { freePort } from '../test/daemon.ts'
import { webToApp } from '../test/haproxyCfg.ts'
import { describeWith } from '../test/live.ts'
import { startApp, startHaproxy, startHaproxyExporter, startPrometheus, startRedis, startRedisExporter } from '../test/servers.ts'
import { ensureBuild } from './boot/build.mjs'

/** From the start of the command to the finding, without a configuration. */
const TWO_MINUTES = 120_000

type Target = { name: string; state: string; figures?: { memoryMax: unknown } }
type Finding = { rule: string; subject: object }
const hostOf = ({ about }: { about: { url: string } }) => new URL(about.url).host

/** `npm start -- --prometheus URL` in an empty folder. npm itself would go to the checkout: what it runs is run here. */
function startOn(prometheus: string, port: number) {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-empty-'))
  const child = spawn(process.execPath, [join(import.meta.dirname, 'run.mjs'), 'start', '--prometheus', prometheus], {
    cwd: folder,
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const gone = once(child, 'exit')
  return {
    folder,
    async items<T>(path: string): Promise<T[]> {
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${output}`)
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`).catch(() => null)
      return answer?.ok ? ((await answer.json()) as { items: T[] }).items : []
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await gone
      rmSync(folder, { recursive: true })
    },
  }
}

const PROGRAMS = ['redis-server', 'haproxy', 'prometheus', 'prometheus-redis-exporter', 'prometheus-haproxy-exporter']

describeWith(PROGRAMS, 'npm start -- --prometheus URL, alone', () => {
  test('discovers the fleet and shows what is wrong in it within two minutes', { timeout: 600_000 }, async () => {
    await ensureBuild()
    await using one = await startApp()
    await using two = await startApp()
    two.healthy = false
    await using redis = await startRedis({ config: ['maxmemory 3mb'] })
    await using haproxy = await startHaproxy({
      cfg: webToApp(
        'option httpchk GET /health',
        `server one 127.0.0.1:${one.port} check inter 200ms`,
        `server two 127.0.0.1:${two.port} check inter 200ms`,
      ),
    })
    await using redisExporter = await startRedisExporter(redis.about.url)
    await using haproxyExporter = await startHaproxyExporter(`${haproxy.about.statsUrl};csv`)
    await using prometheus = await startPrometheus({
      jobs: { redis: [redisExporter.about.url], haproxy: [haproxyExporter.about.url] },
    })

    await using evenkeel = startOn(prometheus.about.url, await freePort())
    const within = { timeout: TWO_MINUTES, interval: 250 }
    await vi.waitFor(async () => {
      const found = (await evenkeel.items<Finding>('findings?state=firing')).find(({ rule }) => rule === 'balancer/server-down')
      expect(found?.subject).toMatchObject({ target: expect.stringMatching(hostOf(haproxyExporter)), pool: 'app', server: 'two' })
    }, within)
    await vi.waitFor(async () => {
      const targets = await evenkeel.items<Target>('targets')
      expect(targets.map(({ state }) => state)).toEqual(['up', 'up', 'up'])
      const cache = targets.find(({ name }) => name.endsWith(hostOf(redisExporter)))
      expect(cache?.figures?.memoryMax).toMatchObject({ value: 3 * 1_048_576 })
    }, within)
    // Nothing is written but its store.
    expect(readdirSync(evenkeel.folder)).toEqual(['data'])
  })
})
