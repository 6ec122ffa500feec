import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { CAUSE } from '../../../test/cause.ts'
import { webToApp } from '../../../test/haproxyCfg.ts'
import { describeWith } from '../../../test/live.ts'
import { type App, ask, type HaproxyServer, startApp, startBadServer, startHaproxy } from '../../../test/servers.ts'
import type { Edit, Parsed } from '../../model/product.ts'
import { evaluateSpecs } from '../../rings/evaluate.ts'
import { haproxyActuator } from './actuator.ts'
import { haproxyConfig } from './config.ts'
import { haproxy } from './product.ts'

const soon = (ms = 2_000) => AbortSignal.timeout(ms)
type Link = ReturnType<typeof haproxy.open>

async function poll(link: Link, id: string, cursor: string | null = null): Promise<Parsed> {
  const probe = haproxy.probes.find((candidate) => candidate.id === id)!
  const raw = await probe.read(link, cursor, soon())
  return probe.parse(JSON.parse(JSON.stringify(raw)), { cursor, at: Date.now() })
}

const cfg = (apps: App[], backend: string) =>
  webToApp(
    'option httpchk GET /health',
    backend,
    ...apps.map((app, i) => `server app${i + 1} 127.0.0.1:${app.port} weight 100 check inter 100ms fall 2 rise 2`),
  )

const start = (apps: App[], backend = 'balance roundrobin', level = 'admin') => startHaproxy({ cfg: cfg(apps, backend), level })

async function drive(server: HaproxyServer, requests: number): Promise<void> {
  for (let i = 0; i < requests; i++) await (await fetch(`http://127.0.0.1:${server.about.ports[0]}/${i}`)).text()
}

const value = (parsed: Parsed, metric: string, server?: string) =>
  parsed.samples.find((sample) => sample.metric === metric && sample.labels?.server === server)?.value

describeWith(['haproxy'], 'haproxy probes', () => {
  test('counts requests that a limit of a stick table refuses', async () => {
    await using one = await startApp()
    await using server = await start(
      [one],
      'stick-table type ip size 1k expire 10s store http_req_rate(10s)\n  http-request track-sc0 src\n  http-request deny deny_status 429 if { sc_http_req_rate(0) gt 5 }',
    )
    await drive(server, 12)
    const link = haproxy.open(haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket: server.about.socket }))
    const parsed = await poll(link, 'stat')
    expect(value(parsed, 'pool_shed_total')).toBe(7)
    expect(value(parsed, 'pool_requests_total', 'app1')).toBe(5)
    await haproxy.close(link)
    const withFile = haproxy.open(
      haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket: server.about.socket, config: server.about.config }),
    )
    const admission = async () => (await poll(withFile, 'stat')).topology.pools![0]!.admission!
    await poll(withFile, 'config')
    expect((await admission()).limits).toEqual([{ text: 'backend app: http-request deny deny_status 429 if { sc_http_req_rate(0) gt 5 }' }])
    // A limit that is set at run time counts at once, and the way back is none again.
    const { config } = withFile
    const edit = { name: 'app/app1/maxconn', expect: '0', value: '30' }
    expect(await haproxyActuator.get(config, [edit.name, 'app/app1/weight'], soon())).toEqual({
      [edit.name]: '0',
      'app/app1/weight': '100',
    })
    await haproxyActuator.write(config, [edit], soon(), CAUSE)
    expect((await admission()).limits[0]).toEqual({ text: 'maxconn 30 on its server' })
    await expect(haproxyActuator.write(config, [{ ...edit, value: '40' }], soon(), CAUSE)).rejects.toMatchObject({ code: 'drift' })
    await haproxyActuator.write(config, [{ ...edit, expect: '30', value: '0' }], soon(), CAUSE)
    expect((await admission()).limits).toHaveLength(1)
    await expect(haproxyActuator.get(config, ['app/none/maxconn'], soon())).rejects.toMatchObject({ code: 'not_found' })
    await expect(haproxyActuator.write(config, [{ ...edit, value: '-1' }], soon(), CAUSE)).rejects.toMatchObject({ code: 'invalid' })
    await haproxy.close(withFile)
  })
  test('the limit of a frontend is set, compared and put back; without one of its own it has that of the process', async () => {
    await using server = await start([])
    const config = haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket: server.about.socket })
    const edit = { name: 'frontend-maxconn/web', expect: '400', value: '60' }
    await haproxyActuator.write(config, [edit], soon(), CAUSE)
    expect(await haproxyActuator.get(config, [edit.name], soon())).toEqual({ [edit.name]: '60' })
    const link = haproxy.open(config)
    expect((await poll(link, 'frontends')).records).toContainEqual({ kind: 'fact', id: edit.name, at: expect.any(Number), value: '60' })
    await haproxy.close(link)
    await expect(haproxyActuator.write(config, [edit], soon(), CAUSE)).rejects.toMatchObject({ code: 'drift' })
    await expect(haproxyActuator.write(config, [{ ...edit, value: '0' }], soon(), CAUSE)).rejects.toMatchObject({ code: 'invalid' })
    await haproxyActuator.write(config, [{ ...edit, expect: '60', value: '400' }], soon(), CAUSE)
    await expect(haproxyActuator.get(config, ['frontend-maxconn/none'], soon())).rejects.toMatchObject({ code: 'not_found' })
  })
  test('read a real pool: shares, times, errors, ring, version; by TCP, by unix socket and by the page', async () => {
    await using one = await startApp({ latencyMs: 40 })
    await using two = await startApp({ errorRatio: 0.5 })
    await using server = await start([one, two], 'balance uri\n  hash-type consistent djb2 avalanche')
    await drive(server, 40)
    for (const where of [
      { socket: `tcp://127.0.0.1:${server.about.adminPort}` },
      { socket: server.about.socket },
      { stats: server.about.statsUrl },
    ]) {
      const link = haproxy.open(haproxyConfig.parse({ kind: 'haproxy', name: 'edge', config: server.about.config, ...where }))
      for (const probe of haproxy.probes) if (probe.wanted?.(link) !== undefined && probe.wanted(link) === true) await poll(link, probe.id)
      const parsed = await poll(link, 'stat')
      expect(value(parsed, 'pool_requests_total')).toBe(40)
      expect(value(parsed, 'pool_requests_total', 'app1')! + value(parsed, 'pool_requests_total', 'app2')!).toBe(40)
      expect(value(parsed, 'pool_requests_total', 'app1')).toBe(one.requests)
      expect(value(parsed, 'pool_response_seconds', 'app1')).toBeGreaterThan(0.03)
      expect(value(parsed, 'pool_errors_total', 'app2')).toBe(Math.floor(two.requests / 2))
      expect(value(parsed, 'pool_errors_total')).toBe(Math.floor(two.requests / 2))
      const [pool] = parsed.topology.pools!
      expect(pool).toMatchObject({
        name: 'app',
        algorithm: 'uri consistent',
        balances: 'hash',
        can: { weight: 'socket' in where || { because: expect.any(String) } },
      })
      expect(pool?.ring).toMatchObject({ algorithm: 'haproxy-consistent', options: { function: 'djb2', avalanche: true } })
      expect(pool?.servers.map((entry) => [entry.name, entry.id, entry.weightSet, entry.weightFile, entry.state])).toEqual([
        ['app1', 1, 100, 100, 'up'],
        ['app2', 2, 100, 100, 'up'],
      ])
      await haproxy.close(link)
    }
  })

  test('see a server go down with its reason, and come back', async () => {
    await using one = await startApp()
    await using two = await startApp()
    await using server = await start([one, two])
    const link = haproxy.open(haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket: server.about.socket }))
    two.healthy = false
    await sleep(500)
    const down = await poll(link, 'stat')
    expect(value(down, 'pool_up', 'app2')).toBe(0)
    expect(value(down, 'pool_weight_effective', 'app2')).toBe(0)
    expect(down.topology.pools?.[0]?.servers[1]?.state).toBe('down')
    expect(down.records).toContainEqual(expect.objectContaining({ id: 'check/app/app2', value: expect.stringContaining('L7STS') }))
    two.healthy = true
    await sleep(500)
    expect(value(await poll(link, 'stat'), 'pool_up', 'app2')).toBe(1)
  })

  test('a restart is another run; the file is read again when it changes', async () => {
    await using one = await startApp()
    await using server = await start([one])
    const link = haproxy.open(
      haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket: server.about.socket, config: server.about.config }),
    )
    const first = await poll(link, 'info')
    await sleep(1_100)
    const second = await poll(link, 'info', first.cursor)
    expect(second.topology.facts?.runId).toBe(first.topology.facts?.runId)
    expect(second.topology.facts?.version).toMatch(/^\d+\.\d+\.\d+/)
    await server.stop()
    await expect(poll(link, 'stat')).rejects.toMatchObject({ code: 'unreachable' })
    await server.start()
    expect((await poll(link, 'info', second.cursor)).topology.facts?.runId).not.toBe(first.topology.facts?.runId)
    await poll(link, 'config')
    expect((await poll(link, 'stat')).topology.pools?.[0]?.servers[0]?.weightFile).toBe(100)
    await writeFile(server.about.config, 'backend app\n  balance roundrobin\n  server app1 127.0.0.1:1 weight 7\n')
    await poll(link, 'config')
    expect((await poll(link, 'stat')).topology.pools?.[0]?.servers[0]?.weightFile).toBe(7)
  })

  test("a weight that an agent moves is the agent's", async () => {
    await using one = await startApp()
    await using agent = await startBadServer((socket) => void socket.end('40%\n'))
    await using server = await startHaproxy({
      cfg: () => `defaults
  mode http
  timeout client 5s
  timeout connect 1s
  timeout server 5s
backend app
  server app1 127.0.0.1:${one.port} weight 100 agent-check agent-port ${agent.port} agent-inter 100ms
`,
    })
    for (const end = Date.now() + 5_000; !(await ask(server.about.socket, 'get weight app/app1\n')).startsWith('40'); await sleep(50))
      if (Date.now() > end) throw new Error('the agent was not heard')
    const link = haproxy.open(haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket: server.about.socket }))
    expect((await poll(link, 'stat')).topology.pools?.[0]?.servers[0]).toMatchObject({ weightSet: 40, otherWriter: 'an agent check' })
  })

  test('a server added with an id has its keys where the ring says; without one by its version: where its new id says, or nobody knows and the pool says so', async () => {
    await using one = await startApp({ name: 'app1' })
    await using two = await startApp({ name: 'app2' })
    await using three = await startApp({ name: 'app3' })
    await using four = await startApp({ name: 'app4' })
    // Without checks: on a busy machine one that is late would send its keys elsewhere.
    const unchecked = (ports: number[]) => cfg([one, two], 'balance uri\n  hash-type consistent')(ports).replaceAll(/ check .*/g, '')
    await using server = await startHaproxy({ cfg: unchecked })
    const { socket, config, ports } = server.about
    const say = async (line: string) => (await ask(socket, `${line}\n`)).trim()
    const link = haproxy.open(haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket, config }))
    const version = (await poll(link, 'info')).topology.facts!.version!
    await poll(link, 'config')
    await poll(link, 'servers-state')
    const keys = Array.from({ length: 200 }, (_, i) => `/key/${i}`)
    const owners = async () => {
      const seen: (string | null)[] = []
      for (const key of keys) seen.push((await fetch(`http://127.0.0.1:${ports[0]}${key}`)).headers.get('x-app'))
      return seen
    }
    expect(await say(`add server app/app3 127.0.0.1:${three.port} weight 100 id 77`)).toContain('registered')
    expect(await say('enable server app/app3')).toBe('')
    await poll(link, 'servers-state')
    const [added] = (await poll(link, 'stat')).topology.pools!
    expect(added!.ring?.nodes[2]).toMatchObject({ name: 'app3', id: 77 })
    // No file has it: a reload takes it away, whatever its weight.
    expect(added!.servers[2]).not.toHaveProperty('weightFile')
    const seen = await owners()
    expect(evaluateSpecs(added!.ring!, undefined, keys).owners!.before).toEqual(seen)
    expect(new Set(seen).size).toBe(3)

    expect(await say(`add server app/app4 127.0.0.1:${four.port} weight 100`)).toContain('registered')
    // In maintenance it has no points yet.
    expect((await poll(link, 'stat')).topology.pools?.[0]?.ring).toBeDefined()
    expect(await say('enable server app/app4')).toBe('')
    const [unnamed] = (await poll(link, 'stat')).topology.pools!
    if (Number(version.split('.')[0]) >= 3) expect(evaluateSpecs(unnamed!.ring!, undefined, keys).owners!.before).toEqual(await owners())
    else {
      expect(unnamed).toMatchObject({ ringBecause: expect.stringContaining('app4 was added at run time') })
      expect(unnamed!.ring).toBeUndefined()
    }
  })

  test('without `balance` the algorithm is that of the version', async () => {
    await using one = await startApp()
    await using server = await start([one], '')
    const { socket, config } = server.about
    const link = haproxy.open(haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket, config }))
    const version = (await poll(link, 'info')).topology.facts!.version!
    await poll(link, 'config')
    const [major, minor] = version.split('.').map(Number) as [number, number]
    const random = major > 3 || (major === 3 && minor >= 3)
    expect((await poll(link, 'stat')).topology.pools![0]).toMatchObject(
      random ? { algorithm: 'random', balances: 'load' } : { algorithm: 'roundrobin', balances: 'weight' },
    )
  })

  test('a page whose `stats uri` has a query is read', async () => {
    await using one = await startApp()
    await using server = await startHaproxy({
      cfg: ([port]) => `defaults
  mode http
  timeout client 5s
  timeout connect 1s
  timeout server 5s
backend app
  server app1 127.0.0.1:${one.port}
listen stats
  bind 127.0.0.1:${port}
  stats enable
  stats uri /haproxy?stats
  stats auth viewer:secret
`,
    })
    const stats = `http://viewer:secret@127.0.0.1:${server.about.ports[0]}/haproxy?stats`
    const link = haproxy.open(haproxyConfig.parse({ kind: 'haproxy', name: 'edge', stats }))
    expect((await poll(link, 'stat')).topology.pools![0]!.servers).toMatchObject([{ name: 'app1' }])
  })

  test('a socket of a lower level is told, and weights are not offered', async () => {
    await using one = await startApp()
    await using server = await start([one], 'balance roundrobin', 'operator')
    const link = haproxy.open(haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket: server.about.socket }))
    expect((await poll(link, 'info')).topology.capabilities?.[0]).toMatchObject({
      available: false,
      because: expect.stringContaining('operator'),
    })
    expect((await poll(link, 'stat')).topology.pools?.[0]).toMatchObject({ can: { weight: { because: expect.any(String) } } })
  })

  test.each([
    ['hangs', () => {}],
    ['hangs up', (socket: import('node:net').Socket) => void socket.end()],
    ['speaks HTTP', (socket: import('node:net').Socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['sends noise', (socket: import('node:net').Socket) => void socket.end(Buffer.alloc(100_000, 0xff))],
    [
      'never ends',
      (socket: import('node:net').Socket) => {
        const chunk = Buffer.alloc(1_048_576, 0x41)
        const pump = () => socket.destroyed || socket.write(chunk, pump)
        pump()
      },
    ],
  ])('a server that %s is an error within the deadline', async (_what, behave) => {
    await using server = await startBadServer(behave)
    const link = haproxy.open(haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket: `tcp://127.0.0.1:${server.port}` }))
    const begun = Date.now()
    const probe = haproxy.probes.find((candidate) => candidate.id === 'stat')!
    await expect(probe.read(link, null, soon(300)).then((raw) => probe.parse(raw, { cursor: null, at: 0 }))).rejects.toMatchObject({
      code: expect.stringMatching(/^(unreachable|malformed|too_large)$/),
    })
    expect(Date.now() - begun).toBeLessThan(1_000)
  })
})

describeWith(['haproxy'], 'haproxy actuator', () => {
  const configOf = (server: HaproxyServer) => haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket: server.about.socket })
  const write = (server: HaproxyServer, ...edits: Edit[]) => haproxyActuator.write(configOf(server), edits, soon(), CAUSE)
  const get = (server: HaproxyServer, ...names: string[]) => haproxyActuator.get(configOf(server), names, soon())

  test('sets weights and states, reads them back and writes the way back', async () => {
    await using one = await startApp()
    await using two = await startApp()
    await using server = await start([one, two])
    expect(await get(server, 'app/app1/weight', 'app/app2/state')).toEqual({ 'app/app1/weight': '100', 'app/app2/state': 'ready' })
    await write(
      server,
      { name: 'app/app1/weight', expect: '100', value: '25' },
      { name: 'app/app2/state', expect: 'ready', value: 'drain' },
    )
    expect(await ask(server.about.socket, 'get weight app/app1\n')).toContain('25 (initial 100)')
    expect(await get(server, 'app/app2/state')).toEqual({ 'app/app2/state': 'drain' })
    await write(server, { name: 'app/app2/state', expect: 'drain', value: 'maint' })
    await write(server, { name: 'app/app1/weight', expect: '25', value: '0' })
    // Weight 0 shows as DRAIN in the statistics, but nobody set a state.
    expect(await get(server, 'app/app1/state', 'app/app2/state')).toEqual({ 'app/app1/state': 'ready', 'app/app2/state': 'maint' })
    await write(server, { name: 'app/app1/weight', expect: '0', value: '100' }, { name: 'app/app2/state', expect: 'maint', value: 'ready' })
    await drive(server, 10)
    expect(one.requests).toBeGreaterThan(0)
  })

  test('leaves alone what somebody else has changed, in any of the edits', async () => {
    await using one = await startApp()
    await using two = await startApp()
    await using server = await start([one, two])
    await ask(server.about.socket, 'set server app/app2 weight 60\n')
    await expect(
      write(server, { name: 'app/app1/weight', expect: '100', value: '25' }, { name: 'app/app2/weight', expect: '100', value: '25' }),
    ).rejects.toMatchObject({ code: 'drift' })
    expect(await get(server, 'app/app1/weight')).toEqual({ 'app/app1/weight': '100' })
  })

  test('tells a missing server from a missing pool', async () => {
    await using one = await startApp()
    await using server = await start([one])
    await expect(get(server, 'app/app9/weight')).rejects.toMatchObject({ code: 'not_found', message: 'the pool app has no server app9' })
    await expect(get(server, 'nope/app1/weight')).rejects.toMatchObject({ code: 'not_found', message: 'this HAProxy has no pool nope' })
    await expect(get(server, 'app/app1/addr')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('an algorithm that takes no weights refuses, and nothing of the change stays', async () => {
    await using one = await startApp()
    await using two = await startApp()
    await using server = await start([one, two], 'balance static-rr')
    await expect(
      write(server, { name: 'app/app1/state', expect: 'ready', value: 'drain' }, { name: 'app/app2/weight', expect: '100', value: '25' }),
    ).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('0 % and 100 %') })
    expect(await get(server, 'app/app1/state', 'app/app2/weight')).toEqual({ 'app/app1/state': 'ready', 'app/app2/weight': '100' })
  })

  test('a socket without the right refuses in words', async () => {
    await using one = await startApp()
    await using server = await start([one], 'balance roundrobin', 'operator')
    await expect(write(server, { name: 'app/app1/weight', expect: '100', value: '25' })).rejects.toThrow(/level admin/)
  })

  test('the statistics page alone cannot write', async () => {
    const config = haproxyConfig.parse({ kind: 'haproxy', name: 'edge', stats: 'http://127.0.0.1:1/stats' })
    await expect(haproxyActuator.get(config, ['app/app1/weight'], soon())).rejects.toMatchObject({ code: 'not_allowed' })
  })
})
