import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuild } from '../scripts/boot/build.mjs'
import { root } from '../scripts/boot/stamp.mjs'
import { type Launched, launch } from '../scripts/launch.ts'
import { freePort } from './daemon.ts'
import { SPELLINGS } from './spellings.ts'
import { type Actor, walk } from './walk.ts'
import { type Answer, send } from './wire.ts'

/** A text that every page of the fleet shows, and no other page. */
const TARGET = 'sesame-target'

/** The built server, so that Next's handling of paths and methods is part of the test. */
describe('auth: local, on the wire', () => {
  const home = mkdtempSync(join(tmpdir(), 'evenkeel-roles-'))
  let server: Launched
  let port: number
  const tokens: Record<string, string> = {}
  const ask = (method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> =>
    send(port, { method, path, headers, body: method === 'POST' ? '{}' : undefined })

  beforeAll(async () => {
    await ensureBuild()
    port = await freePort()
    const config = join(home, 'evenkeel.yaml')
    writeFileSync(
      config,
      `listen: 127.0.0.1:${port}\ndata: ${join(home, 'data')}\nauth: { mode: local }\ntargets: [{ kind: redis, name: ${TARGET}, url: "redis://127.0.0.1:1" }]\n`,
    )
    server = launch({ config, host: '127.0.0.1', port, quiet: true })
    await server.ready()
    const code = /code=([\w-]+)/.exec(readFileSync(join(home, 'data', 'sign-in-link'), 'utf8'))![1]!
    const { headers } = await send(port, {
      method: 'POST',
      path: '/api/v1/session',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    })
    const cookie = headers['set-cookie']![0]!.split(';')[0]!
    for (const role of ['reporter', 'viewer', 'operator', 'admin']) {
      const made = await send(port, {
        method: 'POST',
        path: '/api/v1/tokens',
        headers: { cookie, 'content-type': 'application/json' },
        body: JSON.stringify({ name: role, role }),
      })
      tokens[role] = (JSON.parse(made.text) as { token: string }).token
    }
  }, 400_000)
  afterAll(async () => {
    await server?.stop()
    rmSync(home, { recursive: true, force: true })
  })

  test('no call grants more than the role of the caller', { timeout: 300_000 }, async () => {
    const actors: Actor[] = [
      { who: 'nobody', role: null, headers: {} },
      ...(['reporter', 'viewer', 'operator'] as const).map(
        (role): Actor => ({ who: role, role, headers: { authorization: `Bearer ${tokens[role]}` } }),
      ),
    ]
    const asked = await walk(
      async (method, path, { headers }) => {
        const { status, headers: sent, text } = await ask(method, path, headers)
        const isProblem = sent['content-type'] === 'application/problem+json'
        return { status, code: isProblem ? (JSON.parse(text) as { code: string }).code : null }
      },
      async () => actors,
    )
    expect(asked).toBeGreaterThan(1_000)
  })

  test('no page shows anything without a sign-in', { timeout: 300_000 }, async () => {
    const pages = readdirSync(join(root, 'app'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('page.tsx') && path !== 'sign-in/page.tsx')
      .map((path) => `/${path.replace(/\/?page\.tsx$/, '').replace(/\[\[?(?:\.\.\.)?\w+\]\]?/g, TARGET)}`)
    expect(pages.length).toBeGreaterThan(10)
    const shown = await ask('GET', '/targets', { authorization: `Bearer ${tokens.viewer}` })
    expect(shown).toMatchObject({ status: 200, text: expect.stringContaining(TARGET) })
    for (const page of pages)
      for (const [spelling, spell] of Object.entries(SPELLINGS))
        for (const [method, headers] of [
          ['GET', {}],
          ['GET', { RSC: '1', 'x-nonce': 'x', 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' }],
          ['HEAD', {}],
          ['POST', { 'next-action': 'x' }],
        ] as const) {
          const path = page === '/' && spelling !== 'plain' ? '/' : spell(page)
          const { status, text } = await ask(method, path, headers)
          const what = `${method} ${path} (${spelling}) answered ${status}`
          expect([301, 303, 307, 308, 400, 401, 403, 404, 405], what).toContain(status)
          // The path itself may come back, as where to go on after the sign-in.
          expect(text.replaceAll(/(next=|href="|"\/)\S*/g, ''), what).not.toMatch(/up or down|redis:\/\/|"kind":"redis"/)
        }
  })

  test.each(['TRACE', 'PUT', 'PATCH', 'OPTIONS', 'PROPFIND'])('%s is refused, and does not fail', async (method) => {
    for (const path of ['/', '/targets', '/api/v1/targets', '/healthz', '/metrics', '/nothing']) {
      const { status } = await ask(method, path)
      expect(status, `${method} ${path} answered ${status}`).toBeLessThan(500)
      expect(status === 200 && method !== 'OPTIONS', `${method} ${path} answered 200`).toBe(false)
    }
  })

  test('every answer has nosniff, frame-ancestors and no CORS', async () => {
    const { text } = await ask('GET', '/sign-in')
    const script = /\/_next\/static\/[^"]+\.js/.exec(text)![0]
    const authorization = `Bearer ${tokens.viewer}`
    for (const path of [
      '/',
      '/targets',
      '/sign-in',
      '/sign-in?code=x',
      '/nothing',
      '/api/v1/targets',
      '/api/v1/nothing',
      '/healthz',
      '/metrics',
      '/icon.svg',
      script,
    ])
      for (const headers of [{} as Record<string, string>, { authorization }]) {
        const answer = await ask('GET', path, headers)
        expect(answer.headers, path).toMatchObject({ 'x-content-type-options': 'nosniff' })
        expect(answer.headers['content-security-policy'], path).toContain("frame-ancestors 'none'")
        expect(answer.headers, 'no other site reads it').not.toHaveProperty('access-control-allow-origin')
        if (path !== script && path !== '/icon.svg' && answer.status < 400 && path !== '/healthz')
          expect(answer.headers['cache-control'], path).toContain('no-store')
        if (answer.headers['content-type']?.startsWith('text/')) expect(answer.headers['content-type'], path).toMatch(/charset=utf-8/i)
      }
    const foreign = await ask('POST', '/targets', { origin: 'https://evil.example' })
    expect([foreign.status, foreign.headers['content-security-policy']]).toEqual([403, expect.stringContaining("frame-ancestors 'none'")])
  })

  test('no folder is listed, and no file is served but those of the build', async () => {
    const paths = [
      '/_next/static/',
      '/_next/',
      '/.git/HEAD',
      '/.env',
      '/package.json',
      '/lib/server/open.ts',
      '/data/evenkeel.db',
      '/_next/static/%2e%2e/%2e%2e/package.json',
    ]
    for (const path of paths)
      for (const headers of [{} as Record<string, string>, { authorization: `Bearer ${tokens.admin}` }]) {
        const { status, text } = await ask('GET', path, headers)
        expect([200, 500], `${path} answered ${status}: ${text.slice(0, 80)}`).not.toContain(status)
      }
  })

  test('deeply nested JSON is a bad request', async () => {
    for (const body of ['['.repeat(500_000), `{"before":${'['.repeat(400_000)}${']'.repeat(400_000)}}`, '{"a":'.repeat(100_000)]) {
      const { status, text } = await send(port, {
        method: 'POST',
        path: '/api/v1/rings/evaluate',
        headers: { authorization: `Bearer ${tokens.viewer}`, 'content-type': 'application/json' },
        body,
      })
      expect(status, text).toBe(400)
      expect(text).toContain('nests deeper')
    }
  })
})
