import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { WarmSettings } from '../model/warming.ts'
import { type Batch, hookOf } from './hook.ts'
import { saidOf } from './said.ts'

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-hook-'))
type Handler = (request: IncomingMessage, body: string, response: ServerResponse) => void
let handler: Handler = () => {}
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  handler(request, Buffer.concat(chunks).toString(), response)
})
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true })
})

const settings = (more: Partial<WarmSettings>): WarmSettings => ({
  environment: [],
  keys: 10,
  perSecond: 10,
  batch: 5,
  timeoutMs: 1_000,
  atMostMs: 60_000,
  failures: 3,
  ...more,
})
const batch: Batch = {
  id: 'run-0',
  run: 'run',
  target: 'a',
  rule: 'cache/restart',
  number: 0,
  from: 0,
  of: 3,
  keys: [{ key: '"; rm -rf / #' }, { base64: '//4=' }, { key: '$(id)\u2028' }],
}
const at = Date.parse('2026-01-05T12:00:00Z')
const options = (signal = new AbortController().signal) => ({ at, signal })

describe('a hook at an address', () => {
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/warm`
  const called = (answer: Handler, more: Partial<WarmSettings> = {}) => {
    handler = answer
    return hookOf(settings({ http: { url: url(), headers: { authorization: 'Bearer t' }, secret: 'k' }, ...more }))(batch, options())
  }

  it('gets the batch as JSON, with its id, the configured headers and a signature', async () => {
    let seen: { body: unknown; headers: IncomingMessage['headers']; path: string | undefined } | undefined
    const outcome = await called((request, body, response) => {
      seen = { body: JSON.parse(body), headers: request.headers, path: request.url }
      response.end('{"filled":2,"there":1}')
    })
    expect(outcome).toMatchObject({ taken: true, said: { filled: 2, there: 1 } })
    expect(seen!.body).toEqual({ version: 1, run: 'run', target: 'a', rule: 'cache/restart', number: 0, from: 0, of: 3, keys: batch.keys })
    expect(seen!.headers).toMatchObject({ 'idempotency-key': 'run-0', authorization: 'Bearer t', 'content-type': 'application/json' })
    expect(seen!.headers['x-evenkeel-signature']).toMatch(/^sha256=/)
    // No key stands in an address.
    expect(seen!.path).toBe('/warm')
  })

  it.each<[string, Handler, object]>([
    ['204', (_, __, response) => void response.writeHead(204).end(), { taken: true, answer: 'HTTP 204' }],
    ['200 with garbage', (_, __, response) => void response.end('{{{'), { taken: true }],
    ['302', (_, __, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), { taken: false, retry: false }],
    ['400', (_, __, response) => void response.writeHead(400).end(), { taken: false, retry: false, answer: 'HTTP 400' }],
    [
      '429 with seconds',
      (_, __, response) => void response.writeHead(429, { 'retry-after': '7' }).end(),
      { taken: false, retry: true, waitMs: 7_000 },
    ],
    [
      '503 with a date',
      (_, __, response) => void response.writeHead(503, { 'retry-after': 'Mon, 05 Jan 2026 12:00:30 GMT' }).end(),
      { taken: false, retry: true, waitMs: 30_000 },
    ],
    ['500', (_, __, response) => void response.writeHead(500).end(), { taken: false, retry: true }],
    ['a reset', (request) => void request.socket.destroy(), { taken: false, retry: true }],
    [
      'a reset within the answer',
      (request, _, response) => {
        response.writeHead(200, { 'content-length': '100' })
        response.write('{"fil')
        setTimeout(() => request.socket.destroy(), 20)
      },
      { taken: false, retry: true },
    ],
  ])('%s', async (_, answer, outcome) => expect(await called(answer)).toMatchObject(outcome))

  it('has failed when it does not answer in time, or nobody is there', async () => {
    expect(await called(() => {}, { timeoutMs: 200 })).toMatchObject({ taken: false, retry: true, answer: 'no answer in time' })
    const nobody = await hookOf(settings({ http: { url: 'http://127.0.0.1:1/s3cret' } }))(batch, options())
    expect(nobody).toMatchObject({ taken: false, retry: true })
    expect(JSON.stringify(nobody)).not.toContain('s3cret')
  })
})

describe('a hook that is a program', () => {
  const script = (name: string, text: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, name), 0o755)
    return join(folder, name)
  }
  const run = (command: string[], more: Partial<WarmSettings> = {}, signal?: AbortSignal) =>
    hookOf(settings({ command, timeoutMs: 5_000, ...more }))(batch, options(signal))

  it('reads the batch from its standard input; its arguments are those of the configuration', async () => {
    process.env.WARM_TOKEN = 's3cret'
    const out = join(folder, 'seen')
    const told = await run(
      [script('take', `printf '%s|' "$@" > ${out}; cat >> ${out}; env >> ${out}; echo '{"filled":3}'`), 'x y', '$(id)'],
      {
        environment: ['WARM_TOKEN'],
      },
    )
    delete process.env.WARM_TOKEN
    expect(told).toEqual({ taken: true, retry: false, answer: 'exit status 0', said: { filled: 3 } })
    const [line, ...rest] = readFileSync(out, 'utf8').split('\n')
    expect(line!.startsWith('x y|$(id)|{')).toBe(true)
    expect(JSON.parse(line!.slice('x y|$(id)|'.length)).keys).toEqual(batch.keys)
    expect(rest).toContain('EVENKEEL_IDEMPOTENCY_KEY=run-0')
    expect(rest).toContain('WARM_TOKEN=s3cret')
    expect(rest.filter((one) => /^EVENKEEL_(?!IDEMPOTENCY)/.test(one))).toEqual([])
  })

  it('ends with 0 when it took the batch, with 75 when it is to be called again', async () => {
    expect(await run([script('tired', 'exit 75')])).toMatchObject({ taken: false, retry: true, answer: 'exit status 75' })
    expect(await run([script('no', 'echo s3cret >&2; exit 1')])).toEqual({ taken: false, retry: false, answer: 'exit status 1' })
    expect(await run([script('killed', 'kill -9 $$')])).toMatchObject({ taken: false, retry: true })
    expect(await run([script('garbage', 'echo {{{')])).toMatchObject({ taken: true, said: {} })
    expect(await run([script('wordy', 'yes')])).toMatchObject({ taken: false, retry: false })
    expect(await run([join(folder, 'absent')])).toMatchObject({ taken: false, absent: true })
  })

  it('is killed at its deadline, and when the run is stopped', async () => {
    const sleeper = script('sleeper', 'sleep 60')
    const began = Date.now()
    expect(await run([sleeper], { timeoutMs: 200 })).toMatchObject({ taken: false, retry: true })
    expect(await run([sleeper], {}, AbortSignal.timeout(200))).toMatchObject({ taken: false, answer: 'stopped' })
    expect(Date.now() - began).toBeLessThan(8_000)
  })
})

it('what a hook says is counts, or nothing', () => {
  expect(saidOf({ filled: 1, there: 0, more: 'x' })).toEqual({ filled: 1, there: 0 })
  for (const odd of [null, 5, 'x', [], { filled: -1 }, { filled: 1.5 }, { filled: '3' }, { filled: 1e300 }, Object.create({ filled: 3 })])
    expect(saidOf(odd)).toEqual({})
})
