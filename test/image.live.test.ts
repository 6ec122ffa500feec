import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import nextConfig from '../next.config.js'
import { builtServer, ensureBuild } from '../scripts/boot/build.mjs'
import { freePort } from './daemon.ts'
import { IMAGE_CMD as CMD, IMAGE_HEALTH as HEALTH, IMAGE_ENV } from './image.ts'

/** The standalone build, started as the image starts it: its environment and its command, read from the Dockerfile. */

/** What is left to Node: loaded when it is first needed. */
const external = nextConfig.serverExternalPackages ?? []

const home = mkdtempSync(join(tmpdir(), 'evenkeel-image-'))
let made = 0
function configured(text: string): string {
  const file = join(home, `${++made}.yaml`)
  writeFileSync(file, `data: ${join(home, `data-${made}`)}\n${text}`)
  return file
}

type Started = { code(): Promise<number | null>; output(): string; stop(): Promise<void> }
const started: Started[] = []
function start(config: string, words: readonly string[] = CMD, env: Record<string, string> = {}): Started {
  // Docker sets HOSTNAME to the container's id.
  const child = spawn(process.execPath, words.slice(1), {
    cwd: dirname(builtServer),
    env: { NODE_ENV: 'production', PATH: process.env.PATH, HOSTNAME: '5f3c9a1b2d4e', ...IMAGE_ENV, EVENKEEL_CONFIG: config, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const it: Started = {
    code: () => ended,
    output: () => text,
    async stop() {
      child.kill('SIGTERM')
      const kill = setTimeout(() => child.kill('SIGKILL'), 12_000)
      await ended
      clearTimeout(kill)
    },
  }
  started.push(it)
  return it
}

const status = (url: string, headers: Record<string, string> = {}) =>
  new Promise<number>((resolve, reject) => {
    get(url, { headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode!)
    }).on('error', reject)
  })
const ready = (url: string) => vi.waitFor(async () => expect(await status(`${url}/readyz`)).toBe(200), { timeout: 40_000, interval: 200 })
/** True when something accepts connections there. */
const open = (host: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 })
    const end = (found: boolean) => {
      socket.destroy()
      resolve(found)
    }
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false))
  })
/** An address of this machine that is not loopback, where it has one. */
const outside = Object.values(networkInterfaces())
  .flat()
  .find((one) => one && !one.internal && one.family === 'IPv4')?.address

beforeAll(async () => {
  await ensureBuild()
}, 400_000)
afterAll(async () => {
  await Promise.all(started.map((one) => one.stop()))
  rmSync(home, { recursive: true })
})

test('the image names no host and no port of its own', () => {
  expect(IMAGE_ENV).not.toHaveProperty('HOSTNAME')
  expect(IMAGE_ENV).not.toHaveProperty('PORT')
  expect(IMAGE_ENV).toMatchObject({ NODE_ENV: 'production', NEXT_MANUAL_SIG_HANDLE: 'true' })
})

test('the clients that are loaded with their first target are in it, with all that they need', async () => {
  // Out of the repository, whose own packages would be found as well.
  const alone = join(home, 'alone')
  cpSync(join(dirname(builtServer), 'node_modules'), join(alone, 'node_modules'), { recursive: true })
  const script = `await Promise.all(${JSON.stringify(external)}.map((name) => import(name)))`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { cwd: alone, stdio: ['ignore', 'ignore', 'pipe'] })
  let trouble = ''
  child.stderr.on('data', (chunk) => (trouble += chunk))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  expect({ code, trouble }).toEqual({ code: 0, trouble: '' })
  expect(external).toContain('@aws-sdk/client-elasticache')
  expect(external).toContain('@kubernetes/client-node')
}, 60_000)

describe('what listen says is bound, and nothing else', () => {
  test('without listen: loopback of the container alone, which is reported', async () => {
    const port = await freePort()
    const server = start(configured(`listen: 127.0.0.1:${port}\n`))
    await ready(`http://127.0.0.1:${port}`)
    expect(server.output()).toMatch(/listen: 127\.0\.0\.1:\d+ is the container's own loopback.*listen: 0\.0\.0\.0:\d+, and auth/)
    expect(await open('127.0.0.9', port)).toBe(false)
    if (outside) expect(await open(outside, port)).toBe(false)
    const health = start(configured(`listen: 127.0.0.1:${port}\n`), HEALTH)
    expect(await health.code()).toBe(0)
    await server.stop()
    const dead = start(configured(`listen: 127.0.0.1:${port}\n`), HEALTH)
    expect(await dead.code()).toBe(1)
  })

  test('on every address, with a login: a Host header grants nothing, and the health check works', async () => {
    const port = await freePort()
    const config = configured(`listen: 0.0.0.0:${port}\nauth: { mode: local }\n`)
    const server = start(config)
    await ready(`http://127.0.0.1:${port}`)
    for (const host of ['127.0.0.9', ...(outside ? [outside] : [])]) {
      expect(await status(`http://${host}:${port}/api/v1/targets`, { host: '127.0.0.1' })).toBe(401)
      expect(await status(`http://${host}:${port}/api/v1/config`, { host: `localhost:${port}` })).toBe(401)
    }
    expect(await start(config, HEALTH).code()).toBe(0)
    await server.stop()
  })

  test('a file without listen, and a login: the bound address counts', async () => {
    const port = await freePort()
    const server = start(configured('auth: { mode: local }\n'), ['node', 'server.js'], { HOSTNAME: '0.0.0.0', PORT: String(port) })
    await ready(`http://127.0.0.1:${port}`)
    expect(server.output()).toMatch(new RegExp(`Sign in once as admin.*http://.*:${port}/sign-in`))
    expect(await status(`http://127.0.0.9:${port}/api/v1/targets`, { host: '127.0.0.1' })).toBe(401)
    await server.stop()
  })

  test('on every address, without auth: a login is required', async () => {
    const port = await freePort()
    const server = start(configured(`listen: 0.0.0.0:${port}\n`))
    await ready(`http://127.0.0.1:${port}`)
    expect(server.output()).toMatch(/Sign in once as admin/)
    expect(await status(`http://127.0.0.9:${port}/api/v1/targets`, { host: '127.0.0.1' })).toBe(401)
    await server.stop()
  })
})

describe('off loopback without a login there is no start', () => {
  const byHand = ['node', 'server.js']
  test.each([
    [
      'auth: none and every address',
      'listen: 0.0.0.0:3000\nauth: { mode: none }\n',
      CMD,
      {},
      /auth\.mode \(line 3\): found "none" while listening on 0\.0\.0\.0; allowed: "local"/,
    ],
    [
      'auth: none and every address of IPv6',
      'listen: "[::]:3000"\nauth: { mode: none }\n',
      CMD,
      {},
      /auth\.mode \(line 3\): found "none" while listening on ::/,
    ],
    [
      'the old environment of the image',
      '',
      byHand,
      { HOSTNAME: '0.0.0.0', PORT: '3000' },
      /listen \(line 1\): found nothing, while the server is bound to 0\.0\.0\.0:3000; allowed: listen: 0\.0\.0\.0:3000 with a login/,
    ],
    [
      'another address of loopback',
      '',
      byHand,
      { HOSTNAME: '127.0.0.9', PORT: '3000' },
      /listen \(line 1\): found nothing, while the server is bound to 127\.0\.0\.9:3000/,
    ],
    ["Next's own default", '', byHand, { HOSTNAME: '', PORT: '3000' }, /while the server is bound to 0\.0\.0\.0:3000/],
    [
      'another port',
      'listen: 127.0.0.1:3000\n',
      byHand,
      { HOSTNAME: '127.0.0.1', PORT: '3001' },
      /while the server is bound to 127\.0\.0\.1:3001/,
    ],
    [
      'a login, and bound elsewhere than it says',
      'listen: 127.0.0.1:3000\nauth: { mode: local }\n',
      byHand,
      { HOSTNAME: '0.0.0.0', PORT: '3000' },
      /while the server is bound to 0\.0\.0\.0:3000/,
    ],
    ['a listen that is none', 'listen: everywhere\n', CMD, {}, /listen \(line 2\): found "everywhere"; allowed: HOST:PORT/],
  ])('%s', async (_, text, words, env, expected) => {
    const [port, other] = [String(await freePort()), String(await freePort())]
    const on = (one: string) => one.replaceAll('3000', port).replaceAll('3001', other)
    const server = start(configured(on(text)), words, Object.fromEntries(Object.entries(env).map(([key, value]) => [key, on(value)])))
    expect(await server.code()).toBe(2)
    expect(server.output()).toMatch(new RegExp(on(expected.source)))
    expect(server.output()).not.toMatch(/\n\s+at /)
  })
})

test('a folder where the file should be, as Docker makes one, ends the start with 2', async () => {
  for (const words of [CMD, HEALTH]) {
    const server = start(home, words)
    expect(await server.code()).toBe(2)
    expect(server.output()).toMatch(/found a folder; allowed: a YAML file; in a container, a mounted file that exists on the host/)
  }
})
