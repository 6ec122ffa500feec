import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { ensureBuild } from '../scripts/boot/build.mjs'
import { root } from '../scripts/boot/stamp.mjs'
import { findProgram, freePort, startDaemon } from './daemon.ts'
import { readyAt, startImage } from './image.ts'
import { describeWith } from './live.ts'
import { startPostgres } from './postgres.ts'
import { startRedis } from './servers.ts'

const text = readFileSync(join(root, 'deploy', 'compose.replicas.yaml'), 'utf8')
type Service = { environment?: Record<string, string>; command?: string[]; healthcheck?: { test: string[] }; tmpfs?: string[] }
const { services, secrets } = parse(text, { merge: true }) as { services: Record<string, Service>; secrets: Record<string, object> }
/** evenkeel.yaml, as the comment at the head of the file gives it. */
const GIVEN = [...text.matchAll(/^# {3}(\S.*)$/gm)].map(([, line]) => line).join('\n')

/** The services of the compose file one by one, without a container engine: Debian's PostgreSQL and VictoriaMetrics, and the image's own command. */
describeWith(['postgres', 'redis-server', 'victoria-metrics'], 'deploy/compose.replicas.yaml', () => {
  test('its three Evenkeels are one on its database, by its settings, and send their series', async () => {
    await ensureBuild()
    await using ends = new AsyncDisposableStack()
    const home = mkdtempSync(join(tmpdir(), 'evenkeel-compose-'))
    ends.defer(() => rmSync(home, { recursive: true, force: true }))

    // The database of the image has the user, the database and the password that the environment names.
    const database = ends.use(await startPostgres())
    const { environment, healthcheck } = services.db!
    const password = new URL(database.about.url).password
    expect(environment).toEqual({ POSTGRES_USER: 'evenkeel', POSTGRES_DB: 'evenkeel', POSTGRES_PASSWORD_FILE: '/run/secrets/db' })
    expect(Object.keys(secrets).sort()).toEqual(['db', 'state'])
    const [, program, ...words] = healthcheck!.test
    expect(execFileSync(findProgram(program!)!, [...words, '-h', '127.0.0.1', '-p', String(database.about.port)], { encoding: 'utf8' })).toContain('accepting connections') // biome-ignore format: one line

    const flags = services.series!.command!
    const series = ends.use(
      await startDaemon('victoria-metrics', async (dir) => {
        const port = await freePort()
        const own = flags.map((flag) => flag.replace('=/storage', `=${join(dir, 'storage')}`))
        const isOurs = async () => (await fetch(`http://127.0.0.1:${port}/health`)).ok
        return { args: [...own, `-httpListenAddr=127.0.0.1:${port}`], about: { url: `http://127.0.0.1:${port}` }, isOurs }
      }),
    )
    const redis = ends.use(await startRedis())

    // What the networks and mounts of the file would do: names become addresses, paths become those of this test.
    const state = join(home, 'state.secret')
    writeFileSync(state, `postgres://evenkeel:${password}@db/evenkeel`.replace('@db/', `@127.0.0.1:${database.about.port}/`))
    const keels = Object.keys(services).filter((name) => name.startsWith('keel-'))
    expect(keels).toHaveLength(3)
    const urls: string[] = []
    for (const name of keels) {
      expect(services[name]!.tmpfs!.map((one) => one.split(':')[0])).toEqual(['/tmp', '/data'])
      const port = await freePort()
      const data = join(home, name)
      mkdirSync(data)
      const config = join(home, `${name}.yaml`)
      const own = GIVEN.replace('0.0.0.0:3000', `0.0.0.0:${port}`)
        .replace('data: /data', `data: ${data}`)
        .replace('/run/secrets/state', state)
        .replaceAll('http://series:8428', series.about.url)
      writeFileSync(config, `${own}\ntargets: [{ kind: redis, name: cache, url: "${redis.about.url}" }]\n`)
      const keel = ends.use(startImage(config, { host: name }))
      const url = `http://127.0.0.1:${port}`
      await readyAt(`${url}/readyz`)
      keel.health()
      urls.push(url)
    }
    for (const url of urls) expect((await fetch(`${url}/api/v1/targets`)).status).toBe(401)
    await vi.waitFor(async () => expect(await database.about.replicas()).toHaveLength(3), { timeout: 20_000, interval: 500 })
    const seen = async () => (await (await fetch(`${series.about.url}/api/v1/query?query=${encodeURIComponent('cache_uptime_seconds')}`)).text()) // biome-ignore format: one line
    await vi.waitFor(async () => expect(await seen()).toContain('"target":"cache"'), { timeout: 60_000, interval: 500 })
  }, 400_000)
})
