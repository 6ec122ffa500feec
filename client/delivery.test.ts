import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { readReportLine } from '../lib/server/references/reportLine.ts'
import { type ReferenceReporter, type ReporterOptions, reportReferences } from './references.ts'

type Sent = { query: URLSearchParams; lines: string[] }
type Behave = (response: ServerResponse, sent: Sent) => void

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

/** An Evenkeel that behaves like this, at a port of this machine. */
async function evenkeel(behave: Behave, port = 0) {
  const received: Sent[] = []
  const server = createServer(async (request: IncomingMessage, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const sent = { query: new URL(request.url!, 'http://x').searchParams, lines: text.split('\n').filter(Boolean) }
    received.push(sent)
    behave(response, sent)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  open.push(close)
  return { received, close, port: (server.address() as AddressInfo).port }
}
const takes: Behave = (response, { lines }) => response.end(JSON.stringify({ taken: lines.length, future: 0, past: 0 }))
const answers =
  (status: number, headers: Record<string, string> = {}): Behave =>
  (response) =>
    response.writeHead(status, headers).end('{}')

function reporter(port: number, options: Partial<ReporterOptions> = {}): ReferenceReporter & { errors: string[] } {
  const errors: string[] = []
  const made = reportReferences({
    url: `http://127.0.0.1:${port}`,
    target: 'cache',
    rate: 1,
    everyMs: 3_600_000,
    onError: ({ message }) => errors.push(message),
    ...options,
  })
  open.push(() => void made.stop(0))
  return { ...made, errors }
}

test('away and back: all that fits waits, and is sent in few reports', async () => {
  const gone = await evenkeel(takes)
  gone.close()
  const { get, flush, lost, errors } = reporter(gone.port)
  for (let i = 0; i < 50; i++) {
    get(`key-${i}`)
    await flush()
  }
  expect(errors).toHaveLength(50)
  const back = await evenkeel(takes, gone.port)
  await flush()
  expect(back.received.flatMap(({ lines }) => lines)).toHaveLength(50)
  expect(back.received.length).toBeLessThanOrEqual(3)
  expect(lost()).toBe(0)
})

test('what was dropped is told, with when it was, until that has arrived', async () => {
  let behave = answers(503)
  const { port, received } = await evenkeel((response, sent) => behave(response, sent))
  let now = 1_000
  const { get, flush, lost } = reporter(port, { most: 5_000, now: () => now })
  for (; now < 13_000; now++) get(`key-${now}`)
  await flush()
  expect(lost()).toBe(8_000)
  behave = takes
  await flush()
  const told = received.map(({ query }) => [query.get('missingFrom'), query.get('missingTo')])
  expect(told).toEqual([
    ['1000', '8999'],
    ['1000', '8999'],
  ])
  get('more')
  await flush()
  expect(received.at(-1)!.query.has('missingFrom')).toBe(false)
})

test('a report that is sent again has the same number and the same lines, whatever came since', async () => {
  let behave = answers(500)
  const { port, received } = await evenkeel((response, sent) => behave(response, sent))
  const { get, flush } = reporter(port)
  get('a')
  await flush()
  get('b')
  behave = takes
  await flush()
  const [first, again, next] = received
  expect(again!.query.get('id')).toBe(first!.query.get('id'))
  expect(again!.lines).toEqual(first!.lines)
  expect(next!.query.get('id')).not.toBe(first!.query.get('id'))
  expect(next!.lines).toHaveLength(1)
})

test.each([
  ['too many requests, and says until when', answers(429, { 'retry-after': '1' })],
  ['a gateway without Evenkeel', answers(502)],
  ['a token that was revoked', answers(401)],
  ['a page to sign in, with 200', ((response) => response.end('<html>')) as Behave],
  ['a connection that breaks', ((response) => response.destroy()) as Behave],
])('%s: nothing is lost', async (_, behave) => {
  let now = behave
  const { port } = await evenkeel((response, sent) => now(response, sent))
  const { get, flush, lost, errors } = reporter(port)
  get('a')
  await flush()
  expect([lost(), errors.length]).toEqual([0, 1])
  now = takes
  await flush()
  expect([lost(), errors.length]).toEqual([0, 1])
})

test('slow: the cache does not wait, and the end comes in time', async () => {
  const { port, received } = await evenkeel(() => {})
  const { get, flush, stop } = reporter(port)
  get('a')
  const flushed = flush()
  const began = performance.now()
  for (let i = 0; i < 1_000; i++) get(`key-${i}`)
  await stop(150)
  await flushed
  expect(performance.now() - began).toBeLessThan(8_000)
  expect(received.length).toBeGreaterThan(0)
})

test('tries again by itself, later each time, and not before it is asked to', async () => {
  const times: number[] = []
  const { port } = await evenkeel((response, sent) => {
    times.push(performance.now())
    if (times.length < 3) answers(503)(response, sent)
    else if (times.length === 3) answers(429, { 'retry-after': '0.3' })(response, sent)
    else takes(response, sent)
  })
  const { get, lost } = reporter(port, { everyMs: 20 })
  get('a')
  while (times.length < 4) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(times[3]! - times[2]!).toBeGreaterThan(200)
  expect(lost()).toBe(0)
})

test('odd keys, sizes and patterns cost themselves, and never the caller', async () => {
  const { port, received } = await evenkeel(takes)
  const { get, set, flush, lost, errors } = reporter(port, {
    now: () => 1_767_225_600_000.125,
    pattern: (key) => {
      if (key === 'throws') throw new Error('no pattern')
      return key === 'none' ? (undefined as never) : 'p:*'
    },
  })
  get(undefined as never)
  get('throws')
  get('none')
  set('a', 2 ** 40, 1e300)
  set('a', -1, Number.NaN)
  await flush()
  const { lines } = received[0]!
  for (const [i, line] of lines.entries()) readReportLine(line, i + 1)
  expect(lines).toHaveLength(3)
  expect([lost(), errors.length]).toEqual([2, 2])
})
