import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { CAUSE } from '../../../test/cause.ts'
import { findProgram, freePort } from '../../../test/daemon.ts'
import { KillableEvenkeel } from '../../../test/killableEvenkeel.ts'
import { describeWith } from '../../../test/live.ts'

import { type App, type NginxServer, startApp, startNginx } from '../../../test/servers.ts'
import type { Change } from '../../model/change.ts'
import type { Parsed } from '../../model/product.ts'
import { locate } from '../../rings/placement.ts'
import { nginxActuator } from './actuator.ts'
import { type NginxConfig, nginxConfig } from './config.ts'
import { masterPid, workersOf } from './master.ts'
import { nginx } from './product.ts'

const soon = (ms = 10_000) => AbortSignal.timeout(ms)
type Link = ReturnType<typeof nginx.open>

async function poll(link: Link, id: string): Promise<Parsed> {
  const probe = nginx.probes.find((candidate) => candidate.id === id)!
  const raw = await probe.read(link, null, soon())
  return probe.parse(JSON.parse(JSON.stringify(raw)), { cursor: null, at: Date.now() })
}
const value = ({ samples }: Parsed, metric: string, labels: Record<string, string>) =>
  samples.find((one) => one.metric === metric && Object.entries(labels).every(([name, text]) => one.labels?.[name] === text))?.value

const FORMAT = `log_format ek escape=json '{"t":$msec,"st":$status,"u":"$upstream_addr","us":"$upstream_status","urt":"$upstream_response_time","up":"$proxy_host","cache":"$upstream_cache_status","limit_req":"$limit_req_status","key":"$request_uri"}';`

/** NGINX before two app servers, its upstream in an include file and its log sent to us. */
async function web(options: { hash?: string; log?: 'syslog' | 'file'; http?: string; location?: string } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'ek-'))
  const apps: App[] = [await startApp({ name: 'one' }), await startApp({ name: 'two', latencyMs: 20 })]
  const names = apps.map((app) => `127.0.0.1:${app.port}`)
  const file = join(dir, 'app.conf')
  await writeFile(file, `# ours\nserver ${names[0]} weight=3 max_fails=0;\nserver ${names[1]} max_fails=0;\n`)
  const port = await freePort()
  const logFile = join(dir, 'access.log')
  const log = options.log === 'file' ? `access_log ${logFile} ek;` : `access_log syslog:server=127.0.0.1:${port},tag=ngx,nohostname ek;`
  const server: NginxServer = await startNginx({
    http: `${FORMAT}\n${options.http ?? ''}\nupstream app { ${options.hash ? `hash ${options.hash} consistent;` : ''} include ${file}; }`,
    server: `location / { ${log} ${options.location ?? ''} proxy_pass http://app; proxy_next_upstream error timeout http_500; }`,
  })
  const config: NginxConfig = nginxConfig.parse({
    kind: 'nginx',
    name: 'web',
    status: server.about.statusUrl,
    pid: server.about.pidFile,
    upstreams: { app: { file, ...(options.hash ? { hash: options.hash, consistent: true } : {}) } },
    accessLog: options.log === 'file' ? `file://${logFile}` : `syslog://127.0.0.1:${port}`,
    test: ['nginx', '-p', server.dir, '-c', server.about.config, '-e', join(server.dir, 'error.log'), '-t', '-q'],
  })
  const link = nginx.open(config)
  return {
    server,
    apps,
    names,
    file,
    logFile,
    config,
    link,
    ask: async (count: number, path: (i: number) => string = () => '/') => {
      for (let i = 0; i < count; i++) await (await fetch(`${server.about.url}${path(i)}`)).text()
    },
    async [Symbol.asyncDispose]() {
      await nginx.close(link)
      await server[Symbol.asyncDispose]()
      for (const app of apps) await app[Symbol.asyncDispose]()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

describeWith(['nginx'], 'nginx', () => {
  test('its status page is read', async () => {
    await using server = await startNginx()
    const link = nginx.open(nginxConfig.parse({ kind: 'nginx', name: 'web', status: server.about.statusUrl }))
    const read = async () => value(await poll(link, 'status'), 'nginx_http_requests_total', {})!
    const before = await read()
    expect(await read()).toBe(before + 1)
    for (const { id, wanted } of nginx.probes) if (id !== 'status') expect(wanted!(link)).toContain('configuration')
  })

  test.each(['syslog', 'file'] as const)('traffic, times, retries and weights of its servers, by %s', async (log) => {
    await using site = await web({ log })
    const { link, names } = site
    const [pool] = (await poll(link, 'upstreams')).topology.pools!
    expect(pool).toMatchObject({ name: 'app', algorithm: 'round robin', balances: 'weight', can: { weight: true } })
    expect(pool!.servers.map(({ name, weightSet }) => [name, weightSet])).toEqual([
      [names[0], 3],
      [names[1], 1],
    ])
    await poll(link, 'access-log')
    // Each worker loses its first datagram after a refusal.
    await site.ask(1)
    await sleep(50)
    const start = value(await poll(link, 'access-log'), 'pool_requests_total', { pool: 'app' }) ?? 0
    await site.ask(40)
    await sleep(50)
    const parsed = await poll(link, 'access-log')
    expect(value(parsed, 'pool_requests_total', { pool: 'app' })).toBe(start + 40)
    expect(value(parsed, 'pool_requests_total', { server: names[1]! })).toBeGreaterThanOrEqual(9)
    expect(value(parsed, 'pool_response_seconds', { server: names[1]! })).toBeGreaterThan(0.019)
    expect(value(parsed, 'pool_response_seconds', { server: names[0]! })).toBeLessThan(0.019)
    site.apps[0]!.errorRatio = 1
    await site.ask(8)
    await sleep(50)
    const failing = await poll(link, 'access-log')
    expect(value(failing, 'pool_retries_total', { pool: 'app' })).toBeGreaterThan(4)
    expect(value(failing, 'pool_errors_total', { server: names[0]! })).toBeGreaterThan(4)
    expect(failing.topology.pools).toEqual([])
  })

  test('a rate limit is seen by what it did: what it refused is counted, and the pool has a limit', async () => {
    await using site = await web({
      log: 'file',
      http: 'limit_req_zone $binary_remote_addr zone=flood:1m rate=1r/m;',
      location: 'limit_req zone=flood burst=4 nodelay;',
    })
    await poll(site.link, 'access-log')
    expect((await poll(site.link, 'upstreams')).topology.pools![0]!.admission).toMatchObject({
      limits: [],
      because: expect.stringContaining('`$limit_req_status`'),
    })
    const statuses = await Promise.all(Array.from({ length: 12 }, async (_, i) => (await fetch(`${site.server.about.url}/${i}`)).status))
    expect(statuses.filter((status) => status === 503)).toHaveLength(7)
    await expect.poll(async () => value(await poll(site.link, 'access-log'), 'pool_shed_total', { pool: 'app' })).toBe(7)
    expect((await poll(site.link, 'upstreams')).topology.pools![0]!.admission!.limits).toEqual([
      { text: 'limit_req, which requests to it have met' },
    ])
  })

  test('a log file that is rotated is followed on', async () => {
    await using site = await web({ log: 'file' })
    await poll(site.link, 'access-log')
    const entry = '{"u":"1.1.1.1:80","us":"200","urt":"0.001","st":200,"up":"other"}\n'
    await appendFile(site.logFile, entry.repeat(2) + entry.slice(0, 20))
    expect(value(await poll(site.link, 'access-log'), 'pool_requests_total', { pool: 'other' })).toBe(2)
    await appendFile(site.logFile, entry.slice(20))
    await rename(site.logFile, `${site.logFile}.1`)
    await writeFile(site.logFile, entry)
    const parsed = await poll(site.link, 'access-log')
    expect(value(parsed, 'pool_requests_total', { pool: 'other' })).toBe(4)
    expect(parsed.topology.pools).toMatchObject([
      { name: 'other', can: { weight: { because: expect.any(String) } }, servers: [{ name: '1.1.1.1:80' }] },
    ])
    await rm(site.logFile)
    await expect(poll(site.link, 'access-log')).rejects.toMatchObject({ code: 'unreachable' })
  })

  test('a port that is taken, a log that is no JSON, a file that is not there', async () => {
    await using site = await web()
    await poll(site.link, 'access-log')
    const other = nginx.open(site.config)
    await expect(poll(other, 'access-log')).rejects.toThrow(/another program listens there/)
    site.link.take('GET / 200')
    await expect(poll(site.link, 'access-log')).rejects.toMatchObject({ code: 'malformed' })
    await rm(site.file)
    await expect(poll(site.link, 'upstreams')).rejects.toThrow(/it is not there/)
  })

  test('a hashed upstream is a ring that sends every key where NGINX does, and its keys are counted', async () => {
    await using site = await web({ hash: '$request_uri', log: 'file' })
    const [pool] = (await poll(site.link, 'upstreams')).topology.pools!
    expect(pool).toMatchObject({ algorithm: 'hash $request_uri consistent', balances: 'hash', ring: { algorithm: 'nginx-consistent' } })
    const owner = locate(pool!.ring!)
    for (let i = 0; i < 40; i++) {
      const answer = await (await fetch(`${site.server.about.url}/page/${i}`)).text()
      expect(answer).toBe(owner(`/page/${i}`) === site.names[0] ? 'one' : 'two')
    }
  })
})

const keptOf = (site: { file: string }) => join(dirname(site.file), `.app.conf.evenkeel-${CAUSE.change}`)

describeWith(['nginx'], 'nginx actuator', () => {
  const shares = async (site: Awaited<ReturnType<typeof web>>) => {
    const before = site.apps.map((app) => app.requests)
    await site.ask(40)
    return site.apps.map((app, i) => app.requests - before[i]!)
  }

  test('sets a weight and a state by file and reload, and the way back is exact', async () => {
    await using site = await web()
    const { config, names } = site
    const text = await readFile(site.file, 'utf8')
    const [one, two] = names.map((name) => `app/${name}`)
    expect(await nginxActuator.get(config, [`${one}/weight`, `${two}/weight`, `${two}/state`], soon())).toEqual({
      [`${one}/weight`]: '3',
      [`${two}/weight`]: '1',
      [`${two}/state`]: 'ready',
    })
    expect(await shares(site)).toEqual([30, 10])
    const workers = await workersOf(await masterPid(config.pid!))
    const edits = [
      { name: `${one}/weight`, expect: '3', value: '1' },
      { name: `${two}/weight`, expect: '1', value: '4' },
    ]
    await nginxActuator.write(config, edits, soon(), CAUSE)
    expect(await shares(site)).toEqual([8, 32])
    expect((await workersOf(await masterPid(config.pid!))).some((pid) => workers.includes(pid))).toBe(false)
    expect(await readFile(keptOf(site), 'utf8')).toBe(text)
    await nginxActuator.write(config, [{ name: `${two}/state`, expect: 'ready', value: 'drain' }], soon(), CAUSE)
    expect(await shares(site)).toEqual([40, 0])
    const [pool] = (await poll(site.link, 'upstreams')).topology.pools!
    expect(pool!.servers[1]).toMatchObject({ state: 'drain', weightSet: 4, weightEffective: 0 })
    await nginxActuator.write(config, [{ name: `${two}/state`, expect: 'maint', value: 'ready' }], soon(), CAUSE)
    await nginxActuator.write(
      config,
      edits.map(({ name, expect, value }) => ({ name, expect: value, value: expect })),
      soon(),
      CAUSE,
    )
    expect(await shares(site)).toEqual([30, 10])
    expect((await readFile(site.file, 'utf8')).replace(' weight=1;', ';')).toBe(text.replace(' weight=1;', ';'))
  })

  test('what is kept beside is no part of the configuration, whatever the include matches', async () => {
    const sites = await mkdtemp(join(tmpdir(), 'ek-'))
    await using site = await web({ http: `include ${sites}/*;` })
    const file = join(sites, 'more')
    await writeFile(file, 'upstream more { server 127.0.0.1:1 weight=2; }\n')
    const config = { ...site.config, upstreams: { more: { file } } }
    await nginxActuator.write(config, [{ name: 'more/127.0.0.1:1/weight', expect: '2', value: '5' }], soon(), CAUSE)
    expect((await readdir(sites)).sort()).toEqual([`.more.evenkeel-${CAUSE.change}`, 'more'])
    // Another change, with the first one's kept text there.
    await nginxActuator.write(config, [{ name: 'more/127.0.0.1:1/weight', expect: '5', value: '3' }], soon(), { change: 'f'.repeat(16) })
    expect(await readFile(join(sites, `.more.evenkeel-${'f'.repeat(16)}`), 'utf8')).toContain('weight=5')
    await rm(sites, { recursive: true })
  })

  test('after a crash between the rename and the reload, NGINX takes up what the file says', async () => {
    await using site = await web()
    const text = await readFile(site.file, 'utf8')
    const edit = { name: `app/${site.names[0]}/weight`, expect: '3', value: '1' }
    await writeFile(join(dirname(site.file), '.app.conf.evenkeel-new'), 'half')
    const workers = async () => workersOf(await masterPid(site.config.pid!))
    const before = await workers()
    // Before the rename: there is nothing to take up, and nothing is disturbed.
    await nginxActuator.resume!(site.config, [edit], soon(), CAUSE)
    expect(await workers()).toEqual(before)
    expect(await readdir(dirname(site.file))).not.toContain('.app.conf.evenkeel-new')
    await writeFile(site.file, text.replace('weight=3', 'weight=1'))
    expect(await shares(site)).toEqual([30, 10])
    await nginxActuator.resume!(site.config, [edit], soon(), CAUSE)
    expect(await shares(site)).toEqual([20, 20])
    await writeFile(site.file, `${text.replace('weight=3', 'weight=1')}banana;\n`)
    await expect(nginxActuator.resume!(site.config, [edit], soon(), CAUSE)).rejects.toThrow(/unknown directive "banana" in app.conf:4/)
    await site.server.stop()
    await nginxActuator.resume!(site.config, [edit], soon(), CAUSE)
  })

  test('a file that NGINX does not include changes nothing: where VTS shows what runs, that is seen', async () => {
    await using site = await web()
    const page = JSON.parse(await readFile(new URL('./fixtures/nginx-1.22-vts-0.2.json', import.meta.url), 'utf8'))
    const rows = page.upstreamZones.u_cons
    let shown = 3
    const vts = createServer((_request, response) => {
      const servers = site.names.map((server, i) => ({ ...rows[i], server, weight: i === 0 ? shown : 1 }))
      response.end(JSON.stringify({ ...page, upstreamZones: { app: servers } }))
    })
    await new Promise<void>((resolve) => vts.listen(0, '127.0.0.1', resolve))
    try {
      const config = { ...site.config, vts: `http://127.0.0.1:${(vts.address() as AddressInfo).port}/status/format/json` }
      const text = await readFile(site.file, 'utf8')
      const edit = { name: `app/${site.names[0]}/weight`, expect: '3', value: '1' }
      await expect(nginxActuator.write(config, [edit], soon(), CAUSE)).rejects.toThrow(
        /VTS does not show .*weight at 1.*the old file is back/,
      )
      expect(await readFile(site.file, 'utf8')).toBe(text)
      shown = 1
      await nginxActuator.write(config, [edit], soon(), CAUSE)
      expect(await shares(site)).toEqual([20, 20])
    } finally {
      vts.close()
    }
  })

  test('Evenkeel is killed between the rename and the reload: its next start finishes the change, and rolls it back', async () => {
    await using site = await web()
    const text = await readFile(site.file, 'utf8')
    const [program, ...args] = site.config.test
    // Only the first test takes its time.
    const flag = join(dirname(site.file), 'tested')
    const slow = ['sh', '-c', `[ -f ${flag} ] || { touch ${flag}; sleep 4; }; exec "$0" "$@"`, program!, ...args]
    await using evenkeel = new KillableEvenkeel([{ ...site.config, accessLog: undefined, test: slow } as NginxConfig], {})
    await evenkeel.start()
    await evenkeel.up()
    evenkeel.ask('create', { steps: [{ setting: { target: 'web', name: `app/${site.names[0]}/weight` }, after: '1' }] }).catch(() => {})
    await evenkeel.until(() => readFile(site.file, 'utf8'), (now) => now.includes('weight=1')) // biome-ignore format: one line
    await evenkeel.kill()
    expect(await shares(site)).toEqual([30, 10])
    await evenkeel.start()
    const [change] = await evenkeel.ask<Change[]>('changes')
    expect(change!.state).toBe('watching')
    expect(await shares(site)).toEqual([20, 20])
    const kept = join(dirname(site.file), `.app.conf.evenkeel-${change!.id}`)
    expect(await readFile(kept, 'utf8')).toBe(text)
    await evenkeel.ask('rollBack', { change: change!.id })
    expect((await evenkeel.ended(change!.id, 10)).state).toBe('rolled_back')
    expect(await readFile(site.file, 'utf8')).toBe(text)
    expect(await readFile(kept, 'utf8')).toBe(text)
    expect(await shares(site)).toEqual([30, 10])
  })

  test('leaves alone what somebody else has changed', async () => {
    await using site = await web()
    const text = await readFile(site.file, 'utf8')
    const edit = { name: `app/${site.names[0]}/weight`, expect: '9', value: '1' }
    await expect(nginxActuator.write(site.config, [edit], soon(), CAUSE)).rejects.toMatchObject({ code: 'drift' })
    expect(await readFile(site.file, 'utf8')).toBe(text)
  })

  test('what another file has wrong fails the test: its words without folders, every byte back, nothing reloaded', async () => {
    const sites = await mkdtemp(join(tmpdir(), 'ek-'))
    await using site = await web({ http: `include ${sites}/*.conf;` })
    const text = await readFile(site.file, 'utf8')
    const mode = (await stat(site.file)).mode
    await writeFile(join(sites, 'other.conf'), 'map $uri $x { default 1; }\nproxy_set_heeder a b;\n')
    const workers = await workersOf(await masterPid(site.config.pid!))
    const edit = { name: `app/${site.names[0]}/weight`, expect: '3', value: '1' }
    const error = await nginxActuator.write(site.config, [edit], soon(), CAUSE).catch((caught) => caught)
    expect(error.message).toBe(
      'nginx -t refuses the new configuration: unknown directive "proxy_set_heeder" in other.conf:2; the old file is back',
    )
    expect(await readFile(site.file, 'utf8')).toBe(text)
    expect((await stat(site.file)).mode).toBe(mode)
    expect((await readdir(dirname(site.file))).filter((name) => name.includes('evenkeel'))).toEqual([])
    expect(await workersOf(await masterPid(site.config.pid!))).toEqual(workers)
    expect(await shares(site)).toEqual([30, 10])
    await rm(sites, { recursive: true })
  })

  test('a pid file that is stale, of another process or of another NGINX: refused, and nobody is signalled', async () => {
    await using site = await web()
    await using other = await startNginx()
    const text = await readFile(site.file, 'utf8')
    const write = () => nginxActuator.write(site.config, [{ name: `app/${site.names[0]}/weight`, expect: '3', value: '1' }], soon(), CAUSE)
    const own = await masterPid(site.config.pid!)
    const workers = [await workersOf(own), await workersOf(other.pid)]
    // A process that a SIGHUP would end.
    const sleeper = spawn('sleep', ['60'])
    const ended = spawn('true')
    await once(ended, 'exit')
    try {
      for (const [pid, words] of [
        [sleeper.pid, 'no NGINX with workers'],
        [ended.pid, 'no NGINX with workers'],
        [workers[0]![0], 'no NGINX with workers'],
        [other.pid, 'another NGINX than the one of the status page'],
        ['banana', 'holds no pid'],
        [1, 'holds no pid'],
        ['', 'holds no pid'],
      ] as const) {
        await writeFile(site.config.pid!, `${pid}\n`)
        await expect(write()).rejects.toThrow(words)
      }
      expect(sleeper.exitCode ?? sleeper.signalCode).toBeNull()
    } finally {
      sleeper.kill('SIGKILL')
    }
    expect(await readFile(site.file, 'utf8')).toBe(text)
    expect([await workersOf(own), await workersOf(other.pid)]).toEqual(workers)
    await writeFile(site.config.pid!, `${own}\n`)
    await write()
    expect(await shares(site)).toEqual([20, 20])
  })

  test('two changes at once, on upstreams of one NGINX and of one file: both come true', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ek-'))
    const both = join(folder, 'both.conf')
    const form =
      '# two of them\nupstream one { server 127.0.0.1:1; server 127.0.0.1:2 weight=2; }\nupstream two { server unix:/run/a.sock weight=4; }\n'
    await writeFile(both, form)
    await using site = await web({ http: `include ${both};` })
    const config = { ...site.config, upstreams: { ...site.config.upstreams, one: { file: both }, two: { file: both } } }
    const write = (name: string, expected: string, value: string, change: string) =>
      nginxActuator.write(config, [{ name, expect: expected, value }], soon(), { change: change.repeat(16) })
    await Promise.all([
      write(`app/${site.names[0]}/weight`, '3', '1', 'a'),
      write('one/127.0.0.1:1/weight', '1', '7', 'b'),
      write('two/unix:/run/a.sock/weight', '4', '5', 'c'),
    ])
    expect(await readFile(both, 'utf8')).toBe(form.replace('127.0.0.1:1;', '127.0.0.1:1 weight=7;').replace('weight=4', 'weight=5'))
    expect(await shares(site)).toEqual([20, 20])
    // Of two that want the same one, the second finds what the first has written.
    const results = await Promise.allSettled([
      write('one/127.0.0.1:2/weight', '2', '3', 'd'),
      write('one/127.0.0.1:2/weight', '2', '9', 'e'),
    ])
    expect(results).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: { code: 'drift' } }])
    // Both upstreams in one write.
    const edits = [
      { name: 'one/127.0.0.1:2/weight', expect: '3', value: '1' },
      { name: 'two/unix:/run/a.sock/state', expect: 'ready', value: 'drain' },
    ]
    await nginxActuator.write(config, edits, soon(), { change: 'f'.repeat(16) })
    expect(await readFile(both, 'utf8')).toContain(
      'server 127.0.0.1:2 weight=1; }\nupstream two { server unix:/run/a.sock weight=5 down; }',
    )
    await rm(folder, { recursive: true })
  })

  test('a weight of a hashed upstream moves exactly the keys that its ring says', async () => {
    await using site = await web({ hash: '$request_uri' })
    const edit = { name: `app/${site.names[1]}/weight`, expect: '1', value: '5' }
    await nginxActuator.write(site.config, [edit], soon(), CAUSE)
    const [pool] = (await poll(site.link, 'upstreams')).topology.pools!
    expect(pool!.ring!.nodes.map(({ weight }) => weight)).toEqual([3, 5])
    const owner = locate(pool!.ring!)
    for (let i = 0; i < 200; i++) {
      const answer = await (await fetch(`${site.server.about.url}/page/${i}`)).text()
      expect(answer).toBe(owner(`/page/${i}`) === site.names[0] ? 'one' : 'two')
    }
  })

  test('a program of another name is NGINX by what its workers are called', async () => {
    await using site = await web()
    const { server, config } = site
    await server.stop('SIGQUIT')
    const other = join(server.dir, 'openresty')
    await symlink(findProgram('nginx')!, other)
    const process = spawn(other, ['-p', server.dir, '-c', server.about.config, '-e', join(server.dir, 'error.log')], { stdio: 'ignore' })
    try {
      await expect.poll(() => masterPid(config.pid!).then(workersOf, () => []), { timeout: 10_000 }).toHaveLength(1)
      await expect.poll(() => fetch(server.about.statusUrl).then(({ ok }) => ok, () => false), { timeout: 10_000 }).toBe(true) // biome-ignore format: one look
      await nginxActuator.write(config, [{ name: `app/${site.names[1]}/weight`, expect: '1', value: '5' }], soon(), CAUSE)
      expect(await readFile(site.file, 'utf8')).toContain(`${site.names[1]} max_fails=0 weight=5`)
    } finally {
      const ended = once(process, 'exit')
      process.kill('SIGTERM')
      await ended
    }
  })

  test('what nginx -t refuses is taken back at once', async () => {
    await using site = await web()
    const broken = `${await readFile(site.file, 'utf8')}server 127.0.0.1:99999;\n`
    await writeFile(site.file, broken)
    const workers = await workersOf(await masterPid(site.config.pid!))
    const edit = { name: `app/${site.names[0]}/weight`, expect: '3', value: '1' }
    const error = await nginxActuator.write(site.config, [edit], soon(), CAUSE).catch((caught) => caught)
    expect(error).toMatchObject({ code: 'invalid' })
    expect(error.message).toContain('invalid port in upstream')
    expect(await readFile(site.file, 'utf8')).toBe(broken)
    expect(await workersOf(await masterPid(site.config.pid!))).toEqual(workers)
  })

  test('a reload that fails behind a test that passes is seen, and the old file comes back', async () => {
    const caches = await mkdtemp(join(tmpdir(), 'ek-'))
    await using site = await web({ http: `proxy_cache_path ${caches}/one keys_zone=c1:1m;` })
    const { about } = site.server
    const text = await readFile(site.file, 'utf8')
    const conf = await readFile(about.config, 'utf8')
    await writeFile(about.config, conf.replace('/one keys_zone', '/two keys_zone'))
    const workers = await workersOf(await masterPid(site.config.pid!))
    const edit = { name: `app/${site.names[0]}/weight`, expect: '3', value: '1' }
    await expect(nginxActuator.write(site.config, [edit], soon(14_000), CAUSE)).rejects.toThrow(/did not reload.*the old file is back/)
    expect(await readFile(site.file, 'utf8')).toBe(text)
    expect(await workersOf(await masterPid(site.config.pid!))).toEqual(workers)
    expect(await shares(site)).toEqual([30, 10])
    await writeFile(about.config, conf)
    await nginxActuator.write(site.config, [edit], soon(), CAUSE)
    expect(await shares(site)).toEqual([20, 20])
    await rm(caches, { recursive: true })
  })

  test('an NGINX that is gone, a pool or server that is not known, names that are none', async () => {
    await using site = await web()
    const get = (name: string) => nginxActuator.get(site.config, [name], soon())
    await expect(get('other/127.0.0.1:1/weight')).rejects.toMatchObject({ code: 'not_found' })
    await expect(get('app/127.0.0.1:1/weight')).rejects.toMatchObject({ code: 'not_found' })
    for (const name of ['app', '', 'app/x', 'app/x/points', 'app/a b/weight', '../x/weight'])
      await expect(get(name)).rejects.toMatchObject({ code: 'not_found' })
    const weight = nginxActuator.settings[0]!.value
    for (const text of ['0', '-1', '257', 'banana', '1;', '1\n', '01']) expect(weight.safeParse(text).success).toBe(false)
    expect(nginxActuator.settings[1]!.value.safeParse('down').success).toBe(false)
    expect(nginxActuator.settings[1]!.value.parse('maint')).toBe('drain')
    await site.server.stop()
    const edit = { name: `app/${site.names[0]}/weight`, expect: '3', value: '1' }
    const text = await readFile(site.file, 'utf8')
    await expect(nginxActuator.write(site.config, [edit], soon(), CAUSE)).rejects.toMatchObject({ code: 'unreachable' })
    expect(await readFile(site.file, 'utf8')).toBe(text)
    await expect(nginxActuator.write({ ...site.config, pid: undefined }, [edit], soon(), CAUSE)).rejects.toMatchObject({
      code: 'not_allowed',
    })
  })
})
