import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuild } from '../scripts/boot/build.mjs'
import { type Launched, launch } from '../scripts/launch.ts'
import { freePort } from './daemon.ts'
import { type Answer, send } from './wire.ts'

/** On the built server: what a viewer may send costs him time, and nobody else. */
describe('a hostile viewer', () => {
  const home = mkdtempSync(join(tmpdir(), 'evenkeel-freeze-'))
  let server: Launched
  let port: number

  const post = async (user: string, path: string, body: unknown): Promise<Answer & { ms: number }> => {
    const begun = performance.now()
    const answer = await send(port, {
      method: 'POST',
      path: `/api/v1/${path}`,
      headers: { 'Remote-User': user, 'Remote-Groups': 'all', 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return { ...answer, ms: performance.now() - begun }
  }

  /** How long `/healthz` takes, asked every 20 ms until the work is done: the slowest but for one in a hundred. */
  async function healthDuring(work: Promise<unknown>): Promise<number> {
    const took: number[] = []
    let done = false
    const end = work.finally(() => {
      done = true
    })
    do {
      const begun = performance.now()
      expect((await send(port, { path: '/healthz' })).status).toBe(200)
      took.push(performance.now() - begun)
      await new Promise((resolve) => setTimeout(resolve, 20))
    } while (!done)
    await end
    return took.sort((a, b) => a - b)[Math.max(0, Math.ceil(took.length * 0.99) - 1)]!
  }

  beforeAll(async () => {
    await ensureBuild()
    port = await freePort()
    const config = join(home, 'evenkeel.yaml')
    writeFileSync(
      config,
      `listen: 127.0.0.1:${port}
url: https://keel.example
data: ${join(home, 'data')}
auth: { mode: proxy, trusted: [127.0.0.1], user: Remote-User, groups: Remote-Groups, roles: { viewer: ["*"] } }
targets: [{ kind: redis, name: a, url: "redis://127.0.0.1:1" }]
`,
    )
    server = launch({ config, host: '127.0.0.1', port, quiet: true })
    await server.ready()
    // Threads are begun and code is warm: what is measured is the work.
    for (const user of ['ann', 'mallory']) await post(user, 'rings/describe', { text: 'server a 10.0.0.1:80' })
  }, 400_000)
  afterAll(async () => {
    await server?.stop()
    rmSync(home, { recursive: true, force: true })
  })

  test.each([
    ['`server` and spaces', `server${' '.repeat(490_000)}x`],
    ['line feeds', `servers:${'\n'.repeat(490_000)}- x`],
    ['an upstream that never ends', 'upstream a { server b '.repeat(22_000)],
    ['braces', '{'.repeat(490_000)],
    ['a nutcracker.yml of quotes', `a:\n  servers:\n   - ${'"'.repeat(490_000)}`],
  ])(
    '%s of 490 kB: /healthz answers within 100 ms meanwhile, the call within 15 s',
    async (_, text) => {
      const call = post('mallory', 'rings/describe', { text })
      expect(await healthDuring(call)).toBeLessThan(100)
      const { status, ms, text: said } = await call
      expect([400, 422], said).toContain(status)
      expect(ms).toBeLessThan(15_000)
    },
    60_000,
  )

  test('16 of the largest evaluations: each answered or refused in words; somebody else is answered meanwhile', async () => {
    const nodes = Array.from({ length: 1_000 }, (_, i) => ({ name: `node-${i}`, points: 2_000 }))
    const largest = { before: { algorithm: 'ketama', nodes }, after: { algorithm: 'ketama', nodes: nodes.slice(1) } }
    const hostile = Promise.all(Array.from({ length: 16 }, () => post('mallory', 'rings/evaluate', largest)))
    const small = { before: { algorithm: 'ketama', nodes: [{ name: 'a' }, { name: 'b' }] } }
    const others: (Answer & { ms: number })[] = []
    const asking = (async () => {
      for (let i = 0; i < 20; i++) others.push(await post('ann', 'rings/evaluate', small))
    })()
    expect(await healthDuring(asking)).toBeLessThan(100)
    for (const { status, ms } of others) {
      expect(status).toBe(200)
      expect(ms).toBeLessThan(2_000)
    }
    const answers = await hostile
    for (const { status, text } of answers) {
      expect([200, 429], text).toContain(status)
      if (status === 429) expect(JSON.parse(text).detail).toMatch(/waiting already/)
    }
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(8)
  }, 200_000)

  test.each([
    ['rings/describe', JSON.stringify({ text: `{"lb_endpoints":${'['.repeat(200_000)}${']'.repeat(200_000)}}` })],
    ['rings/describe', JSON.stringify({ text: `{"algorithm":"ketama","nodes":${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}}` })],
    ['rings/evaluate', `{"before":${'['.repeat(400_000)}${']'.repeat(400_000)}}`],
  ])('JSON that nests a hundred thousand deep to %s is a bad request', async (path, body) => {
    const { status, text } = await post('mallory', path, body)
    expect(status, text).toBe(400)
    expect(text).not.toMatch(/call stack/)
  })

  test('SIGTERM ends it while a thread is busy', async () => {
    const nodes = Array.from({ length: 1_000 }, (_, i) => ({ name: `node-${i}`, points: 2_000 }))
    const call = post('mallory', 'rings/evaluate', { before: { algorithm: 'ketama', nodes } }).catch(() => null)
    await new Promise((resolve) => setTimeout(resolve, 300))
    const begun = performance.now()
    await server.stop()
    expect(performance.now() - begun).toBeLessThan(15_000)
    await call
  }, 60_000)
})
