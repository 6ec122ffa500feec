import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { stringify } from 'yaml'
import { ConfigError } from '../lib/config/error.ts'
import { parseConfig } from '../lib/config/parse.ts'
import { exposition } from '../lib/server/health/exposition.ts'
import { operations } from '../lib/server/http/operations.ts'
import { serve } from '../lib/server/http/serve.ts'
import { createLog } from '../lib/server/log.ts'
import { openRuntime } from '../lib/server/open.ts'
import { type Runtime, setRuntime } from '../lib/server/runtime.ts'
import { schemas } from '../lib/server/schemas.ts'
import { main as doctor } from '../scripts/doctor.ts'
import { freePort } from './daemon.ts'
import { expectNoMarker, markedConfigurations, markerCount, startRude, tracesOf } from './markedConfig.ts'

/**
 * Every value that a schema marks as secret, of every product, channel and sign-in, gets a unique marker. Evenkeel runs with them against dead
 * addresses and against servers that refuse, answer nonsense or quote what they were sent; no marker may appear in any output.
 */
const home = mkdtempSync(join(tmpdir(), 'evenkeel-secrets-'))
let rude: Server
let configs: Record<string, unknown>[]
beforeAll(async () => {
  rude = await startRude()
  const made = markedConfigurations(rude, await freePort())
  configs = made.map((config, index) => ({ data: join(home, `data-${index}`), ...config }))
})
afterAll(() => {
  rude.close()
  rmSync(home, { recursive: true })
})

const file = join(home, 'evenkeel.yaml')
const parsed = (config: unknown) => parseConfig(stringify(config), {}, schemas(), { file, readFile: () => '' })

test('the schema walk finds every known secret', () => {
  const text = stringify(configs)
  for (const place of [
    /headers:\n\s+X-Some-Name: sesame/,
    /webhook:\n\s+url: http:.*sesame/,
    /slack:\n\s+url: .*sesame/,
    /secret: sesame/,
    /client_secret: sesame/,
    /bearer: sesame/,
  ])
    expect(text).toMatch(place)
  for (const place of [
    /password: sesame/,
    /sentinel:[\s\S]*?password: sesame/,
    /key: -----BEGIN sesame/,
    /cluster:\n\s+- redis:\/\/sesame\w+:head@sesame/,
    /stats: http:\/\/sesame\w+:head@sesame\w+@[^ ]+\?key=sesame/,
  ])
    expect(text).toMatch(place)
  expect(markerCount()).toBeGreaterThan(50)
  expect(tracesOf('sesame001x').every((trace) => trace.length > 6)).toBe(true)
})

test('no error about a refused configuration holds a marker', () => {
  const broken = configs.flatMap((config) => [
    { ...config, colour: 'red' },
    { ...config, mode: 'tuned' },
    { ...config, targets: (config.targets as object[]).map((target) => ({ ...target, colour: 'red' })) },
    { ...config, targets: (config.targets as object[]).map((target) => ({ ...target, kind: 'nobody' })) },
    { ...config, targets: (config.targets as object[]).map(({ ...target }) => ({ ...target, name: undefined, url: 5, stats: [target] })) },
    {
      ...config,
      receivers: (config.receivers as object[]).map((receiver) =>
        Object.fromEntries(Object.entries(receiver).map(([key, value]) => [key, [value]])),
      ),
    },
    {
      ...config,
      receivers: (config.receivers as object[]).map((receiver) =>
        Object.fromEntries(Object.entries(receiver).map(([key, value]) => [key, JSON.stringify(value)])),
      ),
    },
    { ...config, auth: { ...(config.auth as object), roles: {}, colour: 'red' } },
    { ...config, routes: [{ to: config.receivers }] },
  ])
  for (const config of broken) {
    let words = ''
    try {
      parsed(config)
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError)
      words = (error as ConfigError).message
    }
    expect(words).not.toBe('')
    expectNoMarker('a refusal', words)
  }
})

describe('while it runs', () => {
  const processes: Runtime[] = []
  afterAll(async () => {
    await Promise.all(processes.map((evenkeel) => evenkeel.close()))
    setRuntime(undefined)
  })

  test('no marker in any answer, event, metric or line of the log', async () => {
    for (const config of configs) {
      const lines: string[] = []
      const printed: string[] = []
      const log = createLog('trace', { write: (line) => void lines.push(line) })
      const evenkeel = await openRuntime(parsed(config), { NODE_ENV: 'test' }, (text) => void printed.push(text), { log })
      processes.push(evenkeel)
      setRuntime(evenkeel)
      const nobody = { kind: 'token', id: 'none', name: 'a test', role: 'admin', owner: null } as const
      const { token } = evenkeel.auth.tokens.create({ name: 'all', role: 'admin' }, nobody)
      const headers = { host: '127.0.0.1:3000', authorization: `Bearer ${token}` }
      const call = async (method: string, path: string, body?: unknown) => {
        const request = new Request(`http://127.0.0.1:3000/api/v1/${path}`, {
          method,
          headers,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        return serve(request)
      }
      const events = (await call('GET', 'events')).body!.getReader()
      const streamed = (async () => {
        let text = ''
        for (;;) {
          const { value, done } = await events.read().catch(() => ({ value: undefined, done: true }))
          if (done) return text
          text += new TextDecoder().decode(value)
        }
      })()

      // Each probe has failed or answered.
      await vi.waitFor(() => {
        const waiting = evenkeel.engine.targets().filter((target) => target.failures === 0 && target.lastPollAt === null)
        expect(waiting.map((target) => target.name)).toEqual([])
      }, 20_000)
      const names = evenkeel.engine.targets().map((target) => target.name)
      const receivers = evenkeel.config.receivers.map((receiver) => receiver.name)
      for (const name of receivers) {
        const answer = await call('POST', `receivers/${name}/test`)
        expectNoMarker(`POST receivers/${name}/test`, await answer.text())
      }

      let answered = 0
      for (const { method, path, body } of operations) {
        if (path === 'events' || path.startsWith('session')) continue
        const places = path.includes('{name}') || path.includes('{target}') ? [...names.slice(0, 30), ...receivers] : ['nothing']
        for (const name of /\{/.test(path) ? places : ['']) {
          const url = path.replace(/\{\w+\}/g, name)
          const bodies = body ? [{}, { steps: [{ setting: { target: names[0], name: 'config/maxmemory' }, after: '1' }] }] : [undefined]
          for (const one of bodies) {
            const answer = await call(
              method,
              path === 'series' ? 'series?metric=evenkeel_up' : url,
              method === 'GET' ? undefined : (one ?? {}),
            )
            answered++
            expectNoMarker(`${method} ${url}`, await answer.text())
          }
        }
      }
      expect(answered).toBeGreaterThan(operations.length)
      for (const query of names.flatMap((name) =>
        ['keys/hot', 'keys/big', 'keys/patterns', 'slowlog', 'slowlog/fingerprints', 'keys/remedies', 'keys/samplings', 'keys/compare'].map(
          (path) => `${path}?target=${name}`,
        ),
      ))
        expectNoMarker(query, await (await call('GET', query)).text())

      // The call was let in, up to its end.
      const shown = await call('GET', 'config')
      expect([shown.status, await shown.text()]).toEqual([200, expect.stringContaining('[redacted]')])

      expectNoMarker('/metrics', (await exposition(evenkeel)).text)
      await events.cancel()
      const sent = await streamed
      expect(sent).toContain('event:')
      expectNoMarker('events', sent)
      expect(lines.length).toBeGreaterThan(0)
      expectNoMarker('the log', lines.join('\n'))
      expectNoMarker('what is printed', printed.join('\n'))
    }
  }, 120_000)
})

test('no marker in what the doctor says', async () => {
  for (const config of configs) {
    writeFileSync(file, stringify(config))
    const lines: string[] = []
    const spies = (['log', 'error', 'warn'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation((...words) => void lines.push(words.join(' '))),
    )
    try {
      expect(await doctor(['--config', file])).toBe(1)
    } finally {
      for (const spy of spies) spy.mockRestore()
    }
    expect(lines.length).toBeGreaterThan((config.targets as unknown[]).length)
    expectNoMarker('the doctor', lines.join('\n'))
  }
}, 120_000)
