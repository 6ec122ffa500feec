import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureBuild } from '../scripts/boot/build.mjs'
import { type Launched, launch } from '../scripts/launch.ts'
import { freePort } from './daemon.ts'
import { webToApp } from './haproxyCfg.ts'
import { CLIENT, startIssuer, type TestIssuer } from './issuer.ts'
import { describeWith } from './live.ts'
import { type HaproxyServer, startHaproxy } from './servers.ts'
import { type Answer, type Sent, send } from './wire.ts'

type Asking = Omit<Sent, 'path' | 'body'> & { body?: unknown }

const ask = (port: number, path: string, { body, ...sent }: Asking = {}) =>
  send(port, { ...sent, path, body: body === undefined ? undefined : JSON.stringify(body) })

/** The built server behind a reverse proxy, so that Next's handling of connections and headers is part of the test. */
describeWith(['haproxy'], 'auth: proxy', () => {
  const home = mkdtempSync(join(tmpdir(), 'evenkeel-proxy-'))
  let haproxy: HaproxyServer
  let evenkeel: Launched
  let port: number
  const as = (user: string, groups: string, more: Asking = {}): Asking => ({
    ...more,
    headers: { 'Remote-User': user, 'Remote-Groups': groups, ...more.headers },
  })
  const change = { steps: [{ setting: { target: 'edge', name: 'app/app1/weight' }, after: '50' }], because: 'a test' }

  beforeAll(async () => {
    await ensureBuild()
    haproxy = await startHaproxy({
      cfg: webToApp('balance roundrobin', 'server app1 127.0.0.1:1 weight 100'),
    })
    port = await freePort()
    const config = join(home, 'evenkeel.yaml')
    writeFileSync(
      config,
      `listen: 127.0.0.1:${port}
url: https://keel.example
data: ${join(home, 'data')}
mode: tune
auth:
  { mode: proxy, trusted: [127.0.0.1], user: Remote-User, groups: Remote-Groups, roles: { admin: [sre], operator: [oncall], viewer: ["*"] } }
targets:
  - { kind: haproxy, name: edge, socket: "tcp://127.0.0.1:${haproxy.about.adminPort}" }
`,
    )
    evenkeel = launch({ config, host: '127.0.0.1', port, quiet: true })
    await evenkeel.ready()
  }, 400_000)
  afterAll(async () => {
    await evenkeel?.stop()
    await haproxy?.[Symbol.asyncDispose]()
    rmSync(home, { recursive: true, force: true })
  })

  test('a person named by the trusted proxy gets the role of the groups and is recorded in the change', async () => {
    const { text } = await ask(port, '/api/v1/session', as('ann', 'sre'))
    expect(JSON.parse(text)).toEqual({ person: { name: 'ann', role: 'admin' } })
    expect((await ask(port, '/targets', as('vic', ''))).status).toBe(200)
    expect((await ask(port, '/api/v1/changes', as('vic', 'qa', { method: 'POST', body: change }))).status).toBe(403)
    const made = await ask(port, '/api/v1/changes', as('Jörg', 'qa,oncall', { method: 'POST', body: change }))
    expect(made.status, made.text).toBe(202)
    const done = await ask(port, `/api/v1/changes/${JSON.parse(made.text).change}`, as('vic', ''))
    expect(JSON.parse(done.text).by).toBe('Jörg')
  })

  test('behind TLS every answer has HSTS: pages, calls, files and refusals', async () => {
    const page = await ask(port, '/targets', as('vic', ''))
    const file = /\/_next\/static\/[^"]+\.js/.exec(page.text)![0]
    for (const [path, status] of [
      ['/targets', 200],
      ['/api/v1/targets', 200],
      ['/api/v1/tokens', 403],
      ['/api/v1/nothing', 404],
      ['/healthz', 200],
      [file, 200],
    ] as const) {
      const answer = await ask(port, path, as('vic', ''))
      expect([answer.status, answer.headers['strict-transport-security']], path).toEqual([status, 'max-age=31536000; includeSubDomains'])
    }
  })

  test('a page of another site changes nothing; our own behind the proxy does', async () => {
    const silence = { match: { rule: 'x' }, until: new Date(Date.now() + 60_000).toISOString(), reason: 'a test' }
    const from = (origin: string) =>
      ask(port, '/api/v1/silences', as('ann', 'sre', { method: 'POST', body: silence, headers: { origin } })).then(({ status }) => status)
    expect(await from('https://evil.example')).toBe(403)
    expect(await from('https://keel.example')).toBeLessThan(300)
  })

  test('from any other address the headers are ignored, whatever else is sent', async () => {
    const spoofed = as('ann', 'sre', { from: '127.0.0.2', headers: { 'X-Forwarded-For': '127.0.0.1', 'x-real-ip': '127.0.0.1' } })
    const api = await ask(port, '/api/v1/targets', spoofed)
    expect([api.status, JSON.parse(api.text).detail]).toEqual([
      401,
      expect.stringContaining('came from 127.0.0.2, which is no trusted proxy'),
    ])
    expect((await ask(port, '/api/v1/changes', { ...spoofed, method: 'POST', body: change })).status).toBe(401)
    const page = await ask(port, '/targets', spoofed)
    expect(page.status).toBe(403)
    expect(page.headers['content-type']).toContain('text/html')
    expect(page.text).toContain('came from 127.0.0.2')
    expect((await ask(port, '/healthz', { from: '127.0.0.2' })).status).toBe(200)
    expect((await ask(port, '/api/v1/session', spoofed)).text).toBe('{"person":null}')
  })

  test('a request without a name, with two names, or to a foreign host gets a page that says what is missing', async () => {
    const nameless = await ask(port, '/', {})
    expect([nameless.status, nameless.text]).toEqual([403, expect.stringContaining('did not say who you are: Remote-User is missing')])
    expect(nameless.headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(JSON.stringify(nameless.headers)).not.toContain('evenkeel-')
    const twice = await ask(port, '/', { headers: { 'Remote-User': ['ann', 'eve'] } })
    expect([twice.status, twice.text]).toEqual([403, expect.stringContaining('came more than once')])
    const rebound = await ask(port, '/api/v1/targets', as('ann', 'sre', { headers: { host: 'evil.example' } }))
    expect(rebound.status).toBe(403)
  })

  test('API tokens work through the proxy and without it; a bearer token of another program is ignored', async () => {
    const made = await ask(port, '/api/v1/tokens', as('ann', 'sre', { method: 'POST', body: { name: 'ci', role: 'viewer' } }))
    const authorization = `Bearer ${JSON.parse(made.text).token}`
    expect((await ask(port, '/api/v1/targets', { from: '127.0.0.2', headers: { authorization } })).status).toBe(200)
    expect((await ask(port, '/metrics', { from: '127.0.0.2', headers: { authorization } })).status).toBe(200)
    const both = await ask(port, '/api/v1/session', as('ann', 'sre', { headers: { authorization } }))
    expect(JSON.parse(both.text).person).toEqual({ name: 'ci', role: 'viewer' })
    const other = await ask(port, '/api/v1/session', as('ann', 'sre', { headers: { authorization: 'Bearer eyJhbGciOi' } }))
    expect(JSON.parse(other.text).person).toEqual({ name: 'ann', role: 'admin' })
    expect((await ask(port, '/api/v1/targets', as('ann', 'sre', { headers: { authorization: 'Bearer ek_no' } }))).status).toBe(401)
    const invited = await ask(port, '/api/v1/persons', as('ann', 'sre', { method: 'POST', body: { name: 'x', role: 'viewer' } }))
    expect([invited.status, JSON.parse(invited.text).code]).toEqual([409, 'not_allowed'])
  })
})

/** The built server and an issuer, with a minimal browser: redirects, cookies, pages. */
describeWith([], 'auth: oidc', () => {
  const home = mkdtempSync(join(tmpdir(), 'evenkeel-oidc-'))
  let issuer: TestIssuer
  let evenkeel: Launched
  let port: number
  const cookieOf = ({ headers }: Answer) =>
    (headers['set-cookie'] ?? [])
      .filter((set) => !set.includes('Max-Age=0'))
      .map((set) => set.split(';')[0])
      .join('; ')
  /** From the button on the sign-in page to the answer of the callback. */
  async function signIn(): Promise<Answer> {
    const start = await ask(port, '/sign-in/start?next=%2Ftargets')
    expect(start.status).toBe(303)
    const back = new URL((await fetch(start.headers.location!, { redirect: 'manual' })).headers.get('location')!)
    expect(back.origin).toBe(evenkeel.url)
    return ask(port, back.pathname + back.search, { headers: { cookie: cookieOf(start) } })
  }

  beforeAll(async () => {
    await ensureBuild()
    issuer = await startIssuer()
    port = await freePort()
    writeFileSync(join(home, 'secret'), `${CLIENT.secret}\n`)
    const config = join(home, 'evenkeel.yaml')
    writeFileSync(
      config,
      `listen: 127.0.0.1:${port}
data: ${join(home, 'data')}
auth: { mode: oidc, issuer: "${issuer.url}", client_id: ${CLIENT.id}, client_secret_file: secret, roles: { admin: [sre], viewer: [staff] } }
`,
    )
    evenkeel = launch({ config, host: '127.0.0.1', port, quiet: true })
    await evenkeel.ready()
  }, 400_000)
  afterAll(async () => {
    await evenkeel?.stop()
    await issuer?.close()
    rmSync(home, { recursive: true, force: true })
  })

  test('signing in at the issuer gives the role of the groups; signing out ends both sessions', async () => {
    const page = await ask(port, '/targets')
    expect([page.status, page.headers.location]).toEqual([307, '/sign-in?next=%2Ftargets'])
    expect((await ask(port, '/sign-in?next=%2Ftargets')).text).toContain('href="/sign-in/start?next=%2Ftargets"')
    const entered = await signIn()
    expect([entered.status, entered.headers.location]).toEqual([303, '/targets'])
    const headers = { cookie: cookieOf(entered) }
    expect((await ask(port, '/targets', { headers })).status).toBe(200)
    expect(JSON.parse((await ask(port, '/api/v1/session', { headers })).text)).toEqual({ person: { name: 'ann', role: 'admin' } })
    const texts = await Promise.all(['/api/v1/config', '/settings', '/api/v1/persons'].map((path) => ask(port, path, { headers })))
    expect(texts.map(({ text }) => text).join()).not.toMatch(/sesame|eyJ/)
    const foreign = await ask(port, '/api/v1/tokens', {
      method: 'POST',
      headers: { ...headers, origin: 'http://evil.example' },
      body: { name: 'x', role: 'admin' },
    })
    expect(foreign.status).toBe(403)
    const out = await ask(port, '/api/v1/session/sign-out', { method: 'POST', headers })
    expect(JSON.parse(out.text).next).toContain(`${issuer.url}/logout?`)
    expect(out.headers['set-cookie']).toEqual([expect.stringContaining('Max-Age=0')])
  })

  test('a refusal is a page that says why, and goes no further', async () => {
    issuer.person = { sub: 'subject-2', preferred_username: '<i>eve</i>', groups: ['qa'] }
    const refused = await signIn()
    expect([refused.status, refused.headers['set-cookie']]).toEqual([403, undefined])
    expect(refused.text).toContain('&#60;i&#62;eve&#60;/i&#62; is signed in but has no role here: the claim groups names qa')
    const again = await ask(port, /href="(\/sign-in[^"]*)"/.exec(refused.text)![1]!)
    expect(new URL(again.headers.location!).searchParams.get('prompt')).toBe('login')
    const stray = await ask(port, '/sign-in/callback?code=x&state=y')
    expect([stray.status, stray.text]).toEqual([403, expect.stringContaining('was not begun in this browser')])
  })

  test('while the issuer is down Evenkeel keeps running, and its sign-in page says so', async () => {
    issuer.person = { sub: 'subject-1', preferred_username: 'ann', groups: ['sre'] }
    const headers = { cookie: cookieOf(await signIn()) }
    await issuer.close()
    // A sign-in that fails makes Evenkeel ask the issuer again.
    const start = await ask(port, '/sign-in/start')
    const state = new URL(start.headers.location!).searchParams.get('state')
    const failed = await ask(port, `/sign-in/callback?code=x&state=${state}`, { headers: { cookie: cookieOf(start) } })
    expect([failed.status, failed.text]).toEqual([403, expect.stringContaining('failed: ')])
    const down = await ask(port, '/sign-in/start')
    expect([down.status, down.text]).toEqual([502, expect.stringContaining('cannot be used: ')])
    const page = await ask(port, '/sign-in')
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('cannot be used: ')])
    expect((await ask(port, '/readyz')).status).toBe(200)
    expect((await ask(port, '/targets', { headers })).status).toBe(200)
  })
})
