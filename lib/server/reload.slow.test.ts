import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkBound } from './boundAddress.ts'
import { serve } from './http/serve.ts'
import { openRuntime, readConfig } from './open.ts'
import { createReload } from './reload.ts'
import { currentRuntime, setRuntime } from './runtime.ts'

let data: string
let file: string
/** Takes connections and never answers. */
let mute: Server
let fatal: unknown[]
let refuseNext: Error | null
const port = () => (mute.address() as { port: number }).port
const written = (more = '', name = 'first') => {
  writeFileSync(
    file,
    `data: ./store\ntargets:\n  - { kind: redis, name: ${name}, url: "redis://:sesame@127.0.0.1:${port()}", role: cache }\n${more}`,
  )
}
const read = () => {
  const config = readConfig(file, { NODE_ENV: 'test' })
  checkBound(config, { host: '127.0.0.1', port: 3000 }, 'by HOSTNAME and PORT')
  return config
}
const reload = createReload({
  read,
  open: (config, { learnt }) => {
    const refused = refuseNext
    refuseNext = null
    return refused ? Promise.reject(refused) : openRuntime(config, { NODE_ENV: 'test' }, () => {}, { learnt, reload })
  },
  end: (error) => void fatal.push(error),
})

beforeEach(async () => {
  process.env.EVENKEEL_LOG = 'silent'
  fatal = []
  refuseNext = null
  mute = createServer(() => {})
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  data = mkdtempSync(join(tmpdir(), 'evenkeel-reload-'))
  file = join(data, 'evenkeel.yaml')
  written()
  setRuntime(await openRuntime(read(), { NODE_ENV: 'test' }, () => {}, { reload }))
})
afterEach(async () => {
  await currentRuntime()?.close()
  setRuntime(undefined)
  mute.close()
  rmSync(data, { recursive: true })
})

async function call<T>(method: string, path: string, body?: unknown): Promise<{ status: number; answer: T }> {
  currentRuntime()!.auth.meet({ socket: { remoteAddress: '127.0.0.1' }, headers: {}, headersDistinct: {} } as never)
  const init = { method, headers: { host: '127.0.0.1:3000' }, ...(body !== undefined && { body: JSON.stringify(body) }) }
  const response = await serve(new Request(`http://127.0.0.1:3000/api/v1/${path}`, init))
  return { status: response.status, answer: (await response.json()) as T }
}
const names = async () => (await call<{ items: { name: string }[] }>('GET', 'targets')).answer.items.map(({ name }) => name)
const audited = async () =>
  (await call<{ items: { what: string; outcome: string; detail: Record<string, string> }[] }>('GET', 'audit')).answer.items

test('a changed file is taken while what is known stays; calls that come meanwhile are answered by the new one', async () => {
  const silence = await call('POST', 'silences', { matchers: ['target="first"'], until: Date.now() + 3_600_000, reason: 'work' })
  expect(silence.status).toBe(201)
  const before = currentRuntime()!
  written('rules: { cache/hot-key: { enabled: false } }\n', 'second')
  const [reloaded, during] = await Promise.all([
    call<{ changed: string[] }>('POST', 'config/reload'),
    new Promise<string[]>((resolve) => setImmediate(() => resolve(names()))),
  ])
  expect(reloaded).toMatchObject({ status: 200, answer: { changed: ['rules', 'targets'], warnings: [] } })
  expect(['first', 'second']).toContain(during[0])
  expect(currentRuntime()).not.toBe(before)
  expect(before.closing.aborted).toBe(true)
  expect(await names()).toEqual(['second'])
  const config = await call<{ config: unknown }>('GET', 'config')
  expect(JSON.stringify(config.answer)).toContain('second')
  expect(JSON.stringify(config.answer)).not.toContain('sesame')
  expect((await call<{ items: unknown[] }>('GET', 'silences')).answer.items).toHaveLength(1)
  const log = await audited()
  expect(log.filter(({ what }) => what === 'start' || what === 'stop')).toHaveLength(1)
  expect(log[0]).toMatchObject({ what: 'configuration-reloaded', outcome: 'done', detail: { changed: '["rules","targets"]' } })
  expect(log[1]).toMatchObject({ what: 'configuration', detail: { changed: 'rules, targets' } })
})

test.each([
  ['a key that is not known', 'watchh: {}\n', /watchh/],
  ['a value that is none', 'poll: { every: often }\n', /poll\.every/],
  ['no YAML', 'targets: [}\n', /evenkeel\.yaml/],
  ['an address where the process does not listen', 'listen: 127.0.0.1:4000\n', /listen: found 127\.0\.0\.1:4000/],
])('%s: the file changes nothing, and says where', async (_what, more, said) => {
  const before = currentRuntime()
  written(more, 'second')
  const { status, answer } = await call<{ detail: string }>('POST', 'config/reload')
  expect(status).toBe(422)
  expect(answer.detail).toMatch(said)
  expect(answer.detail).toMatch(/Nothing was changed/)
  expect(answer.detail).not.toContain('sesame')
  expect(currentRuntime()).toBe(before)
  expect(await names()).toEqual(['first'])
  expect((await audited())[0]).toMatchObject({ what: 'configuration-reloaded', outcome: 'failed' })
})

test('a file that is the same does nothing', async () => {
  const before = currentRuntime()
  expect((await call('POST', 'config/reload')).answer).toEqual({ changed: [], warnings: [] })
  expect(currentRuntime()).toBe(before)
})

test('a configuration that cannot be opened leaves the old one running, and one reload waits for another', async () => {
  written('', 'second')
  refuseNext = new Error('no such folder')
  expect((await call('POST', 'config/reload')).status).toBe(500)
  expect(await names()).toEqual(['first'])
  expect(fatal).toEqual([])
  const both = await Promise.all([
    call<{ changed: string[] }>('POST', 'config/reload'),
    call<{ changed: string[] }>('POST', 'config/reload'),
  ])
  expect(both.map(({ answer }) => answer.changed)).toEqual([['targets'], []])
  expect(await names()).toEqual(['second'])
})

test('nothing is taken while the database that holds the state is away: a new runtime could read nothing from it', async () => {
  const before = currentRuntime()!
  before.config.state = 'postgres://evenkeel:sesame@db/evenkeel'
  before.store.failing = () => ({ since: 0, reason: 'unreachable', because: 'the database does not answer', mend: 'Start it.' })
  written('', 'second')
  const { status, answer } = await call<{ detail: string }>('POST', 'config/reload')
  expect(status).toBe(503)
  expect(answer.detail).toMatch(/^state: the database does not answer\. Start it\. Nothing was changed/)
  expect(JSON.stringify(answer)).not.toContain('sesame')
  expect(currentRuntime()).toBe(before)
  expect(await names()).toEqual(['first'])
})
