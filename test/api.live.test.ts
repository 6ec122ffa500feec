import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, createServer, get, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { operations } from '../lib/server/http/operations.ts'
import { builtServer, ensureBuild } from '../scripts/boot/build.mjs'
import { type Launched, launch } from '../scripts/launch.ts'
import { freePort } from './daemon.ts'
import { webToApp } from './haproxyCfg.ts'
import { describeWith } from './live.ts'
import { type App, ask, type HaproxyServer, type RedisServer, startApp, startHaproxy, startRedis } from './servers.ts'

/** The built server on a real Redis and a real HAProxy, so that Next's handling of paths, bodies, streams and signals is part of the test. */
describeWith(['redis-server', 'haproxy'], 'the HTTP API of the built server', () => {
  const home = mkdtempSync(join(tmpdir(), 'evenkeel-api-'))
  const config = join(home, 'evenkeel.yaml')
  const hooks: { body: string; signature: string | undefined }[] = []
  const hook = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      hooks.push({ body, signature: request.headers['x-evenkeel-signature'] as string | undefined })
      response.end()
    })
  })
  let redis: RedisServer
  let haproxy: HaproxyServer
  let apps: App[]
  let evenkeel: Launched
  let traffic: NodeJS.Timeout
  let port: number

  const weight = async (server: string) => Number(/^(\d+)/.exec(await ask(haproxy.about.adminPort, `get weight app/${server}\n`))?.[1])
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(`${evenkeel.url}/api/v1/${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  const json = async (path: string) => (await call('GET', path)).json()
  const step = (server: string, after: string) => ({ setting: { target: 'edge', name: `app/${server}/weight` }, after })
  /** Sends the path exactly as given: fetch would normalise it. */
  const raw = (path: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; type: string; text: string }>((resolve, reject) => {
      get({ host: '127.0.0.1', port, path, headers }, (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text }))
      }).on('error', reject)
    })
  const begin = async () => {
    evenkeel = launch({ config, host: '127.0.0.1', port, quiet: true })
    await evenkeel.ready(60_000)
  }

  beforeAll(async () => {
    await ensureBuild()
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
    redis = await startRedis({ password: 'sesame-redis' })
    apps = [await startApp({ name: 'app1' }), await startApp({ name: 'app2' })]
    haproxy = await startHaproxy({
      cfg: webToApp('balance roundrobin', ...apps.map((app, index) => `server app${index + 1} 127.0.0.1:${app.port} weight 100`)),
    })
    traffic = setInterval(
      () =>
        void fetch(`http://127.0.0.1:${haproxy.about.ports[0]}/`)
          .then((answer) => answer.text())
          .catch(() => {}),
      25,
    )
    port = await freePort()
    writeFileSync(
      config,
      `listen: 127.0.0.1:${port}
data: ${join(home, 'data')}
mode: tune
auth: { mode: none }
targets:
  - { kind: redis, name: cache-a, url: "redis://127.0.0.1:${redis.about.port}", password: sesame-redis, role: cache }
  - { kind: redis, name: gone, url: "redis://127.0.0.1:1", role: cache }
  - { kind: haproxy, name: edge, socket: "tcp://127.0.0.1:${haproxy.about.adminPort}", stats: "${haproxy.about.statsUrl}" }
receivers:
  - { name: hook, webhook: { url: "http://127.0.0.1:${(hook.address() as AddressInfo).port}/", secret: sesame-hook } }
routes: [{ match: {}, to: [hook], wait: 1s }]
`,
    )
    await begin()
    await vi.waitFor(async () => expect((await json('targets/edge')).state).toBe('up'), { timeout: 20_000, interval: 300 })
  }, 400_000)
  afterAll(async () => {
    clearInterval(traffic)
    await evenkeel?.stop()
    hook.close()
    for (const one of [haproxy, redis, ...(apps ?? [])]) await one?.[Symbol.asyncDispose]()
    rmSync(home, { recursive: true, force: true })
  })

  test('every call of the table answers as described, and none with a secret', async () => {
    const texts: string[] = []
    for (const { method, path, type = 'application/json' } of operations) {
      if (method !== 'GET' || path === 'events') continue
      const answer = await call(
        'GET',
        `${path
          .replace('{target}', 'edge')
          .replace('{pool}', 'app')
          .replace(/\{\w+\}/g, 'cache-a')}${path === 'series' ? '?metric=cache_items' : ''}`,
      )
      expect([200, 404], path).toContain(answer.status)
      expect(answer.headers.get('content-type')?.split(';')[0], path).toBe(answer.ok ? type : 'application/problem+json')
      const text = await answer.text()
      // What Next takes off or adds is seen here alone, as packed bytes without their encoding.
      if (answer.ok && type === 'application/json') expect(() => JSON.parse(text), path).not.toThrow()
      texts.push(text)
    }
    for (const path of ['healthz', 'readyz', 'metrics']) {
      const answer = await fetch(`${evenkeel.url}/${path}`)
      expect(answer.status, path).toBe(200)
      texts.push(await answer.text())
    }
    expect(texts.join('')).not.toContain('sesame')
    expect(texts.join('')).toMatch(/evenkeel_target_up\{target="cache-a"\} 1\n/)
    expect(texts.join('')).toMatch(/evenkeel_target_up\{target="gone"\} 0\n/)
    expect(await json('pools/edge/app')).toMatchObject({
      liveWeights: true,
      can: { weight: true },
      servers: [{ name: 'app1', weightSet: 100, state: 'up' }, { name: 'app2' }],
    })
  })

  test.each([
    '/api/v1/targets/%00',
    '/api/v1/targets/%ff',
    '/api/v1/targets/..%2f..%2fetc%2fpasswd',
    '/api/v1/../../etc/passwd',
    '/api/v1/pools/%c0%ae/x',
    '/api/v1/%',
    '/api/v1//targets',
    '/targets/%ff',
    '/%ff',
    '/api/v1/findings/%00%0d%0aSet-Cookie:x',
    `/api/v1/findings/${'a'.repeat(10_000)}`,
  ])('%s is no server error', async (path) => {
    const { status, text } = await raw(path)
    expect(status).toBeGreaterThanOrEqual(300)
    expect(status).toBeLessThan(500)
    if (path.startsWith('/api/') && !path.includes('/../') && status >= 400) expect(JSON.parse(text)).toMatchObject({ status })
  })

  test('pages come with a strict policy and a nonce; a foreign host gets none', async () => {
    const page = await fetch(evenkeel.url)
    expect(page.status).toBe(200)
    const policy = page.headers.get('content-security-policy') ?? ''
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1]
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/script-src[^;]*unsafe-inline/)
    const scripts = [...(await page.text()).matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag)
    expect(scripts.length).toBeGreaterThan(0)
    for (const tag of scripts) expect(tag).toContain(`nonce="${nonce}"`)
    for (const path of ['/', '/api/v1/targets', '/metrics']) expect((await raw(path, { host: 'evil.example' })).status, path).toBe(403)
    const foreign = await call('POST', 'changes', { steps: [step('app1', '1')] }, { origin: 'http://evil.example' })
    expect([foreign.status, (await foreign.json()).code]).toEqual([403, 'forbidden'])
    expect(await weight('app1')).toBe(100)
  })

  test('a ring is evaluated in its thread; a broken one is refused by name', async () => {
    const nodes = [{ name: 'a' }, { name: 'b' }]
    const answer = await call('POST', 'rings/evaluate', { before: { algorithm: 'ketama', nodes }, keys: ['k'] })
    const { before, owners } = await answer.json()
    expect(before.shares.a + before.shares.b).toBeCloseTo(1, 6)
    expect(owners.before).toHaveLength(1)
    const broken = await call('POST', 'rings/evaluate', { before: { algorithm: 'ketama', nodes: [nodes[0], { name: 'b', weight: -1 }] } })
    expect([broken.status, (await broken.json()).detail]).toEqual([400, expect.stringContaining('before.nodes[1].weight')])
  })

  test('a body over 1 MB is 413, one that is not JSON 400', async () => {
    expect((await call('POST', 'changes', 'x'.repeat((1 << 20) + 1))).status).toBe(413)
    expect((await call('POST', 'changes', '{')).status).toBe(400)
  })

  test('a refused body leaves the connection usable for the next request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const status = (method: string, path: string, mebibytes = 0) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request({ agent, host: '127.0.0.1', port, method, path: `/api/v1/${path}` }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode))
        }).on('error', reject)
        for (let i = 0; i < 16 * mebibytes; i++) sent.write(Buffer.alloc(65_536, 32))
        sent.end()
      })
    for (let i = 0; i < 4; i++) expect([await status('POST', 'changes', 2), await status('GET', 'targets')]).toEqual([413, 200])
    agent.destroy()
  })

  test.each(['9999', '-1', 'banana', '50;shutdown', '50\nshutdown', ''])(
    'a weight of %j is refused and nothing is written',
    async (after) => {
      const answer = await call('POST', 'changes', { steps: [step('app1', '50'), step('app2', after)], because: 'x' })
      expect([400, 422]).toContain(answer.status)
      expect(await weight('app1')).toBe(100)
    },
  )

  /** What a try before this one has left in flight. */
  const landed = async () => {
    for (const { id } of (await json('changes?state=watching')).items as { id: string }[]) await call('POST', `changes/${id}/roll-back`)
    await vi.waitFor(async () => expect((await json('changes?state=watching')).items).toEqual([]), { timeout: 10_000, interval: 200 })
  }

  test('a change is written, announced, watched, reported as busy, and rolled back', async () => {
    await landed()
    const events: string[] = []
    const reading = new AbortController()
    const stream = await fetch(`${evenkeel.url}/api/v1/events`, { signal: reading.signal })
    expect(stream.headers.get('content-type')).toContain('text/event-stream')
    const read = (async () => {
      for await (const chunk of stream.body!) events.push(new TextDecoder().decode(chunk))
    })().catch(() => {})

    const dry = await call('POST', 'changes', { steps: [step('app2', '50')], because: 'a test', dryRun: true })
    expect([200, 202]).toContain(dry.status)
    expect(await weight('app2')).toBe(100)

    const answer = await call('POST', 'changes', { steps: [step('app2', '50')], because: 'a test' })
    expect(answer.status).toBe(202)
    const { change } = await answer.json()
    expect(await weight('app2')).toBe(50)
    expect(await json(`changes/${change}`)).toMatchObject({ state: 'watching', by: 'anonymous', steps: [{ before: '100', after: '50' }] })
    const busy = await call('POST', 'changes', { steps: [step('app1', '90')], because: 'a test' })
    expect([busy.status, (await busy.json()).code]).toEqual([409, 'busy'])
    expect((await call('POST', `changes/${change}/roll-back`)).status).toBe(202)
    await vi.waitFor(async () => expect(await weight('app2')).toBe(100), { timeout: 10_000 })
    expect(await json(`changes/${change}`)).toMatchObject({ state: 'rolled_back' })
    expect((await call('POST', `changes/${change}/keep`)).status).toBe(409)

    await vi.waitFor(() => expect(events.join('')).toMatch(/event: change\ndata: .*"rolled_back"/), { timeout: 5_000 })
    await vi.waitFor(() => expect(events.join('')).toContain('event: sample\n'), { timeout: 5_000 })
    reading.abort()
    await read
    const ids = [...events.join('').matchAll(/id: (\S+)\nevent: change/g)].map(([, id]) => id!)
    const again = new AbortController()
    const resumed = await fetch(`${evenkeel.url}/api/v1/events`, { signal: again.signal, headers: { 'last-event-id': ids[0]! } })
    const { value } = await resumed.body!.getReader().read()
    again.abort()
    expect(new TextDecoder().decode(value)).toContain(`id: ${ids[1]}\nevent: change`)
  })

  test('a dead target is found, sent to the webhook with a signature, and shown by /metrics', async () => {
    await vi.waitFor(() => expect(hooks.length).toBeGreaterThan(0), { timeout: 30_000, interval: 300 })
    const { body, signature } = hooks[0]!
    expect(signature).toBe(`sha256=${createHmac('sha256', 'sesame-hook').update(body).digest('hex')}`)
    expect(JSON.parse(body)).toMatchObject({
      version: '4',
      status: 'firing',
      alerts: [{ labels: { rule: 'fleet/target-down', target: 'gone' } }],
    })
    expect(await (await fetch(`${evenkeel.url}/metrics`)).text()).toMatch(
      /evenkeel_finding\{rule="fleet\/target-down",severity="\w+",target="gone"\} 1\n/,
    )
    const test = await call('POST', 'receivers/hook/test')
    expect(await test.json()).toMatchObject({ deliveries: [{ state: 'delivered', status: 'test' }] })
  })

  test('SIGHUP takes a changed file, and a broken one changes nothing', async () => {
    const written = readFileSync(config, 'utf8').replace('name: renamed', 'name: gone').replace('nome: gone', 'name: gone')
    const running = async () => ((await json('targets')) as { items: { name: string }[] }).items.map(({ name }) => name).sort()
    const logged = async () => ((await json('audit')) as { items: { what: string; outcome: string }[] }).items[0]
    writeFileSync(config, written.replace('name: gone', 'name: renamed'))
    evenkeel.process.kill('SIGHUP')
    await vi.waitFor(async () => expect(await running()).toEqual(['cache-a', 'edge', 'renamed']), { timeout: 10_000, interval: 100 })
    // The balancer is read by the new runtime, over the same socket of Evenkeel.
    await vi.waitFor(async () => expect((await json('targets/edge')).state).toBe('up'), { timeout: 10_000, interval: 200 })
    writeFileSync(config, written.replace('name: gone', 'nome: gone'))
    evenkeel.process.kill('SIGHUP')
    await vi.waitFor(async () => expect(await logged()).toMatchObject({ what: 'configuration-reloaded', outcome: 'failed' }), {
      timeout: 10_000,
      interval: 100,
    })
    const refused = await call('POST', 'config/reload')
    expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([
      422,
      expect.stringContaining('targets[1].nome'),
    ])
    expect(await running()).toEqual(['cache-a', 'edge', 'renamed'])
    writeFileSync(config, written)
    expect((await (await call('POST', 'config/reload')).json()) as object).toMatchObject({ changed: ['targets'] })
    expect(await running()).toEqual(['cache-a', 'edge', 'gone'])
  }, 60_000)

  test('SIGTERM ends it in time, with open streams too, and its state is there after the next start', async () => {
    if (evenkeel.process.exitCode !== null || evenkeel.process.signalCode !== null) await begin()
    const before = (await json('changes')).items.length
    const open = await fetch(`${evenkeel.url}/api/v1/events`)
    const from = Date.now()
    const ended = new Promise<number | null>((resolve) => evenkeel.process.once('exit', resolve))
    evenkeel.process.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(Date.now() - from).toBeLessThan(10_000)
    await open.body?.cancel().catch(() => {})
    await begin()
    expect((await json('changes')).items.length).toBe(before)
    expect((await json('deliveries')).items.length).toBeGreaterThan(0)
  })

  test('a configuration that cannot be used ends it with 2 and says where and why', async () => {
    const bad = join(home, 'bad.yaml')
    writeFileSync(
      bad,
      `listen: 127.0.0.1:${await freePort()}\ntargets:\n  - { kind: redis, name: a, url: "redis://:sesame@h:1", colour: red }\n`,
    )
    const child = spawn(process.execPath, [builtServer], {
      env: { ...process.env, EVENKEEL_CONFIG: bad, PORT: String(await freePort()), HOSTNAME: '127.0.0.1', NEXT_MANUAL_SIG_HANDLE: 'true' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let text = ''
    child.stderr.on('data', (chunk) => {
      text += chunk
    })
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(2)
    expect(text).toMatch(/targets\[0\]\.colour \(line 3\): found the unknown key "colour"; allowed: kind, name, .*\burl\b/)
    expect(text).not.toContain('sesame')
  })

  test('with a login nobody gets in without one; the printed link works once', async () => {
    const own = join(home, 'local.yaml')
    const at = await freePort()
    const url = `http://127.0.0.1:${at}`
    writeFileSync(own, `listen: 127.0.0.1:${at}\ndata: ${join(home, 'local')}\nauth: { mode: local }\n`)
    const child = spawn(process.execPath, [builtServer], {
      env: {
        ...process.env,
        EVENKEEL_CONFIG: own,
        PORT: String(at),
        HOSTNAME: '127.0.0.1',
        NEXT_MANUAL_SIG_HANDLE: 'true',
        NODE_ENV: 'production',
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    try {
      let text = ''
      child.stdout.on('data', (chunk) => {
        text += chunk
      })
      await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), { timeout: 30_000, interval: 300 })
      const link = /http:\/\/\S+\/sign-in#code=\S+/.exec(text)![0]
      expect(link.startsWith(url)).toBe(true)
      expect((await fetch(`${url}/api/v1/targets`)).status).toBe(401)
      expect((await fetch(`${url}/metrics`)).status).toBe(401)
      const page = await fetch(`${url}/targets`, { redirect: 'manual' })
      expect([page.status, page.headers.get('location')]).toEqual([307, '/sign-in?next=%2Ftargets'])
      expect((await fetch(`${url}/sign-in`)).status).toBe(200)

      // The page at that link sends the code of its fragment.
      const signIn = () => fetch(`${url}/api/v1/session`, { method: 'POST', body: JSON.stringify({ code: link.split('#code=')[1] }) })
      const entered = await signIn()
      expect(entered.status).toBe(200)
      const cookie = entered.headers.get('set-cookie')!.split(';')[0]!
      expect((await fetch(`${url}/targets`, { headers: { cookie }, redirect: 'manual' })).status).toBe(200)
      expect(await (await fetch(`${url}/api/v1/session`, { headers: { cookie } })).json()).toEqual({
        person: { name: 'admin', role: 'admin' },
      })
      expect((await signIn()).status).toBe(401)
      expect((await fetch(`${url}/api/v1/session/sign-out`, { method: 'POST' })).status).toBe(200)

      const made = await fetch(`${url}/api/v1/tokens`, {
        method: 'POST',
        headers: { cookie },
        body: JSON.stringify({ name: 'ci', role: 'viewer' }),
      })
      const { token } = (await made.json()) as { token: string }
      const authorization = `Bearer ${token}`
      expect((await fetch(`${url}/api/v1/targets`, { headers: { authorization } })).status).toBe(200)
      expect((await fetch(`${url}/api/v1/changes`, { method: 'POST', headers: { authorization }, body: '{}' })).status).toBe(403)
    } finally {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    }
  })
})
