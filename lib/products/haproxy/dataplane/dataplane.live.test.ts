import { mkdtempSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CAUSE } from '../../../../test/cause.ts'
import { createAuthority } from '../../../../test/certificates.ts'
import { PASSWORD, startDataplane, USER } from '../../../../test/dataplaneApi.ts'
import { webToApp } from '../../../../test/haproxyCfg.ts'
import { describeWith } from '../../../../test/live.ts'
import { type App, ask, type HaproxyServer, startApp, startHaproxy } from '../../../../test/servers.ts'
import type { AnyProduct, Edit, Parsed } from '../../../model/product.ts'
import { productFor } from '../../../model/product.ts'
import { haproxyActuator } from '../actuator.ts'
import { type HaproxyConfig, haproxyConfig } from '../config.ts'
import { haproxy } from '../product.ts'

type Fake = Awaited<ReturnType<typeof startDataplane>>
const soon = (ms = 5_000) => AbortSignal.timeout(ms)

const configOf = (fake: Pick<Fake, 'url'>, more: object = {}) =>
  haproxyConfig.parse({ kind: 'haproxy', name: 'edge', dataplane: { url: fake.url, username: USER, password: PASSWORD, ...more } })

const cfg = (apps: App[]) => {
  const servers = apps.map((app, i) => `server app${i + 1} 127.0.0.1:${app.port} check weight 100`)
  const app = webToApp('balance uri', 'hash-type consistent', ...servers)
  return (ports: number[]) => `${app(ports)}backend fixed\n  balance static-rr\n  server one 127.0.0.1:${apps[0]!.port} weight 3\n`
}

/** The product's probes, once each, in their order: what the statistics are then understood with. */
async function pollAll(config: HaproxyConfig): Promise<Record<string, Parsed>> {
  const product: AnyProduct = productFor(haproxy, config)
  const link = product.open(config)
  try {
    const all: Record<string, Parsed> = {}
    for (const probe of product.probes)
      if (probe.wanted === undefined || probe.wanted(link) === true)
        all[probe.id] = probe.parse(JSON.parse(JSON.stringify(await probe.read(link, null, soon()))), { cursor: null, at: Date.now() })
    return all
  } finally {
    await product.close(link)
  }
}

describeWith(['haproxy'], 'HAProxy by its Data Plane API', () => {
  const ends = new AsyncDisposableStack()
  let server: HaproxyServer
  let fake: Fake
  beforeAll(async () => {
    const apps = [ends.use(await startApp()), ends.use(await startApp())]
    server = ends.use(await startHaproxy({ cfg: cfg(apps) }))
    fake = ends.use(await startDataplane(server))
  })
  // What a try that failed half-way has written would be in the way of the next.
  beforeEach(async () => {
    fake.beforeCommit = null
    fake.behaves = null
    fake.transactions.clear()
    for (const name of ['app1', 'app2'])
      await ask(server.about.socket, `set server app/${name} weight 100; set server app/${name} state ready\n`)
  })
  afterAll(() => ends.disposeAsync())

  const write = (config: HaproxyConfig, ...edits: Edit[]) => haproxyActuator.write(config, edits, soon(), CAUSE)
  const get = (config: HaproxyConfig, ...names: string[]) => haproxyActuator.get(config, names, soon())
  const running = async (name: string) => Number.parseInt(await ask(server.about.socket, `get weight ${name}\n`), 10)

  test('the pools are those that the socket tells: shares, ring, weights, version', async () => {
    for (let i = 0; i < 20; i++) await (await fetch(`http://127.0.0.1:${server.about.ports[0]}/${i}`)).text()
    const bySocket = await pollAll(
      haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket: server.about.socket, config: server.about.config }),
    )
    const byApi = await pollAll(configOf(fake))
    const [pool] = byApi.stat!.topology.pools!
    expect(pool).toMatchObject({ name: 'app', algorithm: 'uri consistent', can: { weight: true, state: true, slowStart: true } })
    expect(pool!.ring).toEqual(bySocket.stat!.topology.pools![0]!.ring)
    expect(pool!.servers.map(({ fileLine: _, ...all }) => all)).toEqual(
      bySocket.stat!.topology.pools![0]!.servers.map(({ fileLine: _, ...all }) => all),
    )
    expect(byApi.info!.topology.facts!.version).toBe(bySocket.info!.topology.facts!.version)
    const counted = (parsed: Parsed) =>
      parsed.samples.filter(({ metric, labels }) => metric === 'pool_requests_total' && labels?.pool === 'app')
    expect(counted(byApi.stat!)).toEqual(counted(bySocket.stat!))
    expect(counted(byApi.stat!).length).toBe(3)
  })

  test('weights and states are really set, read back, and put back when one is refused', async () => {
    const config = configOf(fake)
    expect(await get(config, 'app/app1/weight', 'app/app2/state')).toEqual({ 'app/app1/weight': '100', 'app/app2/state': 'ready' })
    await write(
      config,
      { name: 'app/app1/weight', expect: '100', value: '25' },
      { name: 'app/app2/state', expect: 'ready', value: 'drain' },
    )
    expect(await running('app/app1')).toBe(25)
    // A server that drains has no weight in force; the one that was set stays known.
    const { stat } = await pollAll(config)
    expect(stat!.topology.pools![0]!.servers).toMatchObject([{ weightSet: 25 }, { weightSet: 100, weightEffective: 0, state: 'drain' }])
    await expect(
      write(config, { name: 'app/app1/weight', expect: '25', value: '50' }, { name: 'fixed/one/weight', expect: '3', value: '2' }),
    ).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('only 0 % and 100 %') })
    expect(await running('app/app1')).toBe(25)
    await write(
      config,
      { name: 'app/app2/state', expect: 'drain', value: 'ready' },
      { name: 'app/app1/weight', expect: '25', value: '100' },
    )
    expect(await get(config, 'app/app1/weight', 'app/app2/state')).toEqual({ 'app/app1/weight': '100', 'app/app2/state': 'ready' })
  })

  test('a value that another writer has set is left alone', async () => {
    const config = configOf(fake)
    await ask(server.about.socket, 'set server app/app1 weight 60\n')
    await expect(write(config, { name: 'app/app1/weight', expect: '100', value: '25' })).rejects.toMatchObject({
      code: 'drift',
      written: 'none',
    })
    expect(await running('app/app1')).toBe(60)
    await ask(server.about.socket, 'set server app/app1 weight 100\n')
    await expect(get(config, 'nobody/a/weight')).rejects.toMatchObject({ code: 'not_found', message: 'this HAProxy has no pool nobody' })
    await expect(get(config, 'app/nobody/state')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('with `write: config` a change and its way back are in the file and outlive a reload', async () => {
    const config = configOf(fake, { write: 'config' })
    const before = await readFile(server.about.config, 'utf8')
    await write(
      config,
      { name: 'app/app1/weight', expect: '100', value: '40' },
      { name: 'app/app2/state', expect: 'ready', value: 'maint' },
    )
    expect(await readFile(server.about.config, 'utf8')).toMatch(/server app1 .* weight 40\n.*server app2 .* disabled /)
    await server.stop()
    await server.start()
    expect(await running('app/app1')).toBe(40)
    expect((await pollAll(config)).stat!.topology.pools![0]).toMatchObject({
      can: { weight: true, slowStart: { because: expect.any(String) } },
    })
    await write(
      config,
      { name: 'app/app1/weight', expect: '40', value: '100' },
      { name: 'app/app2/state', expect: 'maint', value: 'ready' },
    )
    expect(await get(config, 'app/app1/weight', 'app/app2/state')).toEqual({ 'app/app1/weight': '100', 'app/app2/state': 'ready' })
    expect((await readFile(server.about.config, 'utf8')).split('\n').length).toBe(before.split('\n').length)
    expect(fake.transactions.size).toBe(0)
  })

  test('limits of servers are written into the file with the others, taken out again, and refused at run time', async () => {
    const config = configOf(fake, { write: 'config' })
    const before = await readFile(server.about.config, 'utf8')
    expect(await get(config, 'app/app1/maxconn')).toEqual({ 'app/app1/maxconn': '0' })
    await write(config, { name: 'app/app1/maxconn', expect: '0', value: '25' }, { name: 'app/app2/maxconn', expect: '0', value: '30' })
    expect(await readFile(server.about.config, 'utf8')).toMatch(/server app1 .* maxconn 25\n.*server app2 .* maxconn 30\n/)
    expect(await get(config, 'app/app1/maxconn', 'app/app1/weight')).toEqual({ 'app/app1/maxconn': '25', 'app/app1/weight': '100' })
    expect((await pollAll(config)).stat!.topology.pools![0]).toMatchObject({ can: { limit: true } })
    // The file's own is compared too.
    await expect(write(config, { name: 'app/app1/maxconn', expect: '24', value: '50' })).rejects.toMatchObject({ code: 'drift', written: 'none' }) // biome-ignore format: one line
    await write(config, { name: 'app/app1/maxconn', expect: '25', value: '0' }, { name: 'app/app2/maxconn', expect: '30', value: '0' })
    const words = (text: string) =>
      text
        .split(/\s+/)
        .filter((word) => !word.startsWith('_version'))
        .sort()
    expect(words(await readFile(server.about.config, 'utf8'))).toEqual(words(before))
    expect(fake.transactions.size).toBe(0)
    const atRunTime = configOf(fake)
    await expect(get(atRunTime, 'app/app1/maxconn')).rejects.toMatchObject({ code: 'not_allowed', message: expect.stringContaining('`write: config`') }) // biome-ignore format: one line
    expect((await pollAll(atRunTime)).stat!.topology.pools![0]).toMatchObject({ can: { limit: { because: expect.stringContaining('write: config') } } }) // biome-ignore format: one line
  })

  test('the limit of a frontend is written into the file, with all else of it as it stood, and put back', async () => {
    const config = configOf(fake, { write: 'config' })
    const edit = (expected: string, value: string) => ({ name: 'frontend-maxconn/web', expect: expected, value })
    // Without one of its own it has that of the process.
    expect(await get(config, 'frontend-maxconn/web')).toEqual({ 'frontend-maxconn/web': '400' })
    await write(config, edit('400', '50'), { name: 'app/app1/weight', expect: '100', value: '60' })
    const text = await readFile(server.about.config, 'utf8')
    expect(text).toMatch(/frontend web\n(?: {2}.*\n)* {2}maxconn 50\n/)
    expect(text).toMatch(/ {2}bind 127\.0\.0\.1:\d+\n/)
    expect(text).toContain('  default_backend app\n')
    expect(await ask(server.about.socket, 'show stat web 1 -1\n')).toMatch(/^web,FRONTEND,,,\d+,\d+,50,/m)
    expect((await pollAll(config)).stat!.records).toContainEqual({ kind: 'fact', id: 'frontend-maxconn/web', at: expect.any(Number), value: '50' }) // biome-ignore format: one line
    expect((await fetch(`http://127.0.0.1:${server.about.ports[0]}/`)).ok).toBe(true)
    await expect(write(config, edit('40', '60'))).rejects.toMatchObject({ code: 'drift', written: 'none' })
    await expect(write(config, edit('50', '0'))).rejects.toMatchObject({ code: 'invalid' })
    await expect(get(config, 'frontend-maxconn/nobody')).rejects.toMatchObject({ code: 'not_found' })
    await write(config, edit('50', '400'), { name: 'app/app1/weight', expect: '60', value: '100' })
    expect(await get(config, 'frontend-maxconn/web')).toEqual({ 'frontend-maxconn/web': '400' })
    await expect(get(configOf(fake), 'frontend-maxconn/web')).rejects.toMatchObject({ code: 'not_allowed' })
    expect(fake.transactions.size).toBe(0)
  })

  test('a stale version, a commit of somebody else, and a file that says otherwise are refused; nothing is written', async () => {
    const config = configOf(fake, { write: 'config' })
    const reloads = fake.reloads
    const edit = { name: 'app/app1/weight', expect: '100', value: '30' }
    fake.beforeCommit = async () => {
      const text = await readFile(server.about.config, 'utf8')
      await writeFile(
        server.about.config,
        text.replace(/_version=(\d+)/, (_, version) => `_version=${Number(version) + 1}`),
      )
    }
    await expect(write(config, edit)).rejects.toMatchObject({
      code: 'drift',
      written: 'none',
      message: expect.stringContaining('somebody has changed haproxy.cfg'),
    })
    fake.beforeCommit = null
    await ask(server.about.socket, 'set server app/app1 weight 60\n')
    await expect(write(config, { ...edit, expect: '60' })).rejects.toMatchObject({
      code: 'drift',
      message: expect.stringContaining('haproxy.cfg says 100'),
    })
    await expect(write(config, { name: 'app/app2/state', expect: 'ready', value: 'drain' })).rejects.toMatchObject({
      code: 'invalid',
      written: 'none',
    })
    expect(fake.transactions.size).toBe(0)
    expect(fake.reloads).toBe(reloads)
    expect(await readFile(server.about.config, 'utf8')).toContain('weight 100')
    await ask(server.about.socket, 'set server app/app1 weight 100\n')
  })

  test('an API before 3.3.6 sets states, says that it has no weights, and writes both into the file', async () => {
    await using old = await startDataplane(server, { old: true })
    const config = configOf(old)
    await write(config, { name: 'app/app2/state', expect: 'ready', value: 'maint' })
    await write(config, { name: 'app/app2/state', expect: 'maint', value: 'ready' })
    await expect(get(config, 'app/app1/weight')).rejects.toMatchObject({ code: 'not_allowed', message: expect.stringContaining('3.3.6') })
    const [pool] = (await pollAll(config)).stat!.topology.pools!
    expect(pool).toMatchObject({ can: { weight: { because: expect.stringContaining('3.3.6') }, state: true } })
    expect(pool!.servers).toMatchObject([{ weightSet: 100 }, { weightSet: 100 }])
    const lasting = configOf(old, { write: 'config' })
    await write(lasting, { name: 'app/app1/weight', expect: '100', value: '70' })
    expect(await running('app/app1')).toBe(70)
    await write(lasting, { name: 'app/app1/weight', expect: '70', value: '100' })
  })

  describe('what goes wrong is said in words, without the password', () => {
    test.each([
      ['hangs', { name: 'TimeoutError' }],
      ['breaks', { code: 'unreachable' }],
      ['fails', { code: 'unreachable', message: 'the Data Plane API answered 503: no runtime' }],
      ['raves', { code: 'malformed' }],
    ] as const)('an API that %s', async (behaves, error) => {
      fake.behaves = behaves
      const product = productFor(haproxy, configOf(fake))
      const link = product.open(configOf(fake))
      const probe = product.probes.find(({ id }) => id === 'stat')!
      try {
        await expect(
          probe.read(link, null, soon(300)).then((raw: unknown) => probe.parse(raw, { cursor: null, at: 0 })),
        ).rejects.toMatchObject(error)
      } finally {
        fake.behaves = null
        await product.close(link)
      }
    })

    test('a wrong password, another path, nobody there', async () => {
      const names = ['app/app1/state']
      const failing = async (config: HaproxyConfig) => haproxyActuator.get(config, names, soon()).catch((error: Error) => error)
      expect(await failing(configOf(fake, { password: 'wrong-secret' }))).toMatchObject({
        code: 'not_allowed',
        message: 'the Data Plane API does not take this user and password',
      })
      expect(await failing(configOf({ url: `${fake.url}/elsewhere` }))).toMatchObject({
        code: 'not_found',
        message: expect.stringContaining('version 3'),
      })
      expect(await failing(configOf({ url: 'http://127.0.0.1:1' }))).toMatchObject({ code: 'unreachable' })
    })
  })

  test('TLS: the authority is checked, and the name', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ek-dataplane-'))
    try {
      const authority = createAuthority(dir, 'authority')
      const certificate = authority.sign({ name: 'here', for: 'IP:127.0.0.1' })
      const another = authority.sign({ name: 'there', for: 'DNS:elsewhere.example' })
      await using secured = await startDataplane(server, { certificate })
      await using misnamed = await startDataplane(server, { certificate: another })
      const failing = (config: HaproxyConfig) => haproxyActuator.get(config, ['app/app1/state'], soon())
      expect(await failing(configOf(secured, { ca: authority.ca }))).toEqual({ 'app/app1/state': 'ready' })
      await expect(failing(configOf(secured))).rejects.toMatchObject({ code: 'unreachable', message: expect.stringContaining('authority') })
      await expect(failing(configOf(misnamed, { ca: authority.ca }))).rejects.toMatchObject({
        message: expect.stringContaining('another host'),
      })
      expect(misnamed.asked).toEqual([])
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})
