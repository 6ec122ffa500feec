import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { stringify } from 'yaml'
import { builtServer, ensureBuild } from '../scripts/boot/build.mjs'
import { root } from '../scripts/boot/stamp.mjs'
import { freePort } from './daemon.ts'
import { expectNoMarker, markedConfigurations, startRude } from './markedConfig.ts'

/** The built server on a configuration whose every secret is a marker: none stands in a page, in what it answers or in what it prints. */
const home = mkdtempSync(join(tmpdir(), 'evenkeel-pages-'))
let rude: Server
let configs: Record<string, unknown>[]
beforeAll(async () => {
  await ensureBuild()
  rude = await startRude()
  configs = markedConfigurations(rude, await freePort())
}, 400_000)
afterAll(() => {
  rude.close()
  rmSync(home, { recursive: true })
})

/** Every page of app/, with something in each place. */
const pages = readdirSync(join(root, 'app'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('page.tsx'))
  .map((file) => `/${dirname(file).replace(/^\.$/, '')}`.replaceAll(/\/\[\[\.\.\.\w+\]\]/g, '').replaceAll(/\[\w+\]/g, 'targets-1'))

async function running(config: Record<string, unknown>, work: (url: string) => Promise<void>): Promise<void> {
  const port = await freePort()
  const file = join(home, `${port}.yaml`)
  writeFileSync(file, stringify({ ...config, listen: `127.0.0.1:${port}`, data: join(home, `data-${port}`) }))
  const child = spawn(process.execPath, ['scripts/image/serve.ts'], {
    cwd: dirname(builtServer),
    env: { ...process.env, NODE_ENV: 'production', NEXT_MANUAL_SIG_HANDLE: 'true', EVENKEEL_CONFIG: file, EVENKEEL_LOG: 'trace' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => void printed.push(String(chunk)))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    const url = `http://127.0.0.1:${port}`
    await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), { timeout: 40_000, interval: 200 })
    await work(url)
  } finally {
    child.kill('SIGTERM')
    const kill = setTimeout(() => child.kill('SIGKILL'), 12_000)
    await ended
    clearTimeout(kill)
  }
  expectNoMarker('what it prints', printed.join(''))
}

test('no page and no answer holds a secret', async () => {
  const { auth: _, ...open } = configs[0]!
  await running(open, async (url) => {
    const read = async (path: string) => {
      const answer = await fetch(url + path, { redirect: 'manual' })
      const text = await answer.text()
      expectNoMarker(path, text + JSON.stringify([...answer.headers]))
      return { status: answer.status, text }
    }
    await vi.waitFor(
      async () => {
        const { items } = JSON.parse((await read('/api/v1/targets')).text) as { items: { failures: number; lastPollAt: string | null }[] }
        expect(items.filter(({ failures, lastPollAt }) => failures === 0 && lastPollAt === null)).toEqual([])
      },
      { timeout: 30_000, interval: 300 },
    )
    for (const { name } of open.receivers as { name: string }[]) await fetch(`${url}/api/v1/receivers/${name}/test`, { method: 'POST' })
    expect(pages.length).toBeGreaterThan(15)
    let shown = 0
    for (const page of pages) if ((await read(page)).status === 200) shown++
    expect(shown).toBeGreaterThan(10)
    const settings = await read('/settings')
    expect(settings.status).toBe(200)
    expect(settings.text).toContain('[redacted]')
    for (const path of ['/metrics', '/api/v1/config', '/api/v1/deliveries', '/api/v1/overview', '/api/v1/openapi.json'])
      expect((await read(path)).status).toBe(200)
  })
}, 180_000)

test('the sign-in pages of a mode with a secret hold no secret', async () => {
  for (const config of configs.filter(({ auth }) => auth !== undefined))
    await running(config, async (url) => {
      for (const path of ['/sign-in', '/sign-in/start', '/sign-in/callback?code=x&state=y', '/', '/api/v1/config']) {
        const answer = await fetch(url + path, { redirect: 'manual' })
        expectNoMarker(path, (await answer.text()) + JSON.stringify([...answer.headers]))
      }
    })
}, 180_000)
