import { expect, test } from 'vitest'
import { hash64 } from '../lib/rings/hashes/hash64.ts'
import { readReportLine } from '../lib/server/references/reportLine.ts'
import { highHash, lowHash } from './hash64.ts'
import { type ReporterOptions, reportReferences } from './references.ts'

type Sent = { url: string; lines: string[] }
function reporter(answers: (number | Error)[], options: Partial<ReporterOptions> = {}) {
  const sent: Sent[] = []
  const send = async (url: string | URL | Request, init?: RequestInit) => {
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!
    sent.push({ url: String(url), lines: String(init!.body).split('\n') })
    if (answer instanceof Error) throw answer
    return new Response('{"taken":1,"future":0,"past":0}', { status: answer })
  }
  const errors: string[] = []
  const made = reportReferences({
    url: 'http://evenkeel:3000/',
    target: 'cache/a',
    rate: 1,
    everyMs: 3_600_000,
    fetch: send as typeof fetch,
    now: () => 5,
    onError: ({ message }) => errors.push(message),
    ...options,
  })
  return { ...made, sent, errors }
}

test('the hash is the server’s, whatever the key', () => {
  const texts = [
    '',
    'a',
    'ab',
    'abc',
    'product:17',
    'ü😀',
    'x'.repeat(15),
    'y'.repeat(16),
    'z'.repeat(1_003),
    ...Array.from({ length: 200 }, (_, i) => `key-${i * i}:${'q'.repeat(i % 40)}`),
  ]
  for (const text of texts) {
    const bytes = new TextEncoder().encode(text)
    expect({ high: highHash(bytes), low: lowHash(bytes) }).toEqual(hash64(bytes))
    const longer = new Uint8Array([...bytes, 1, 2, 3])
    expect({ high: highHash(longer, bytes.length), low: lowHash(longer, bytes.length) }).toEqual(hash64(bytes))
  }
})

test('writes of the origin, and tags of values, are lines that the server reads', async () => {
  const { set, write, flush, sent, stop } = reporter([200])
  write('a')
  set('a', 5, 60_000, 'value')
  set('a', undefined, undefined, new TextEncoder().encode('value'))
  set('a', 5, 0, 'other')
  await flush()
  await stop()
  const read = sent[0]!.lines.map((line) => readReportLine(line, 1))
  expect(read.map(({ op }) => op)).toEqual([3, 1, 1, 1])
  expect(read[1]!.tag).toBe(hash64(Buffer.from('value')).high)
  expect(read[2]!.tag).toBe(read[1]!.tag)
  expect(read[3]!.tag).not.toBe(read[1]!.tag)
  expect(sent[0]!.url).toMatch(/gets=0/)
})

test('lines are what the server reads', async () => {
  const { get, set, delete: remove, flush, sent, lost, stop } = reporter([200], { pattern: (key) => (key.startsWith('p') ? 'p: *' : '') })
  get('p:1')
  set('p:1', 512.4, 60_000)
  set('q', undefined, 0)
  set('q')
  remove('q')
  await flush()
  const [report] = sent
  expect(report!.url).toMatch(/^http:\/\/evenkeel:3000\/api\/v1\/references\/cache%2Fa\?rate=1&gets=1&id=[a-z0-9]+-1&sent=5$/)
  const read = report!.lines.map((line, i) => readReportLine(line, i + 1))
  const [p, q] = ['p:1', 'q'].map((key) => hash64(new TextEncoder().encode(key)))
  expect(read).toMatchObject([
    { at: 5, ...p, op: 0, pattern: 'p:_*' },
    { ...p, op: 1, size: 512, ttlMs: 60_000, pattern: 'p:_*' },
    { ...q, op: 1, size: 0, ttlMs: 0, pattern: '' },
    { ...q, op: 1, ttlMs: Number.NaN },
    { ...q, op: 2 },
  ])
  expect(lost()).toBe(0)
  await stop()
  expect(sent).toHaveLength(1)
})

test('a tenth of the keys is reported, each with all of its reads; all gets are counted', async () => {
  const { get, stop, sent } = reporter([200], { rate: 0.1 })
  for (let i = 0; i < 20_000; i++) get(`key-${i % 5_000}`)
  await stop()
  const lines = sent.flatMap((report) => report.lines)
  const counts = new Map<string, number>()
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1)
  expect(new Set(counts.values())).toEqual(new Set([4]))
  expect(counts.size / 5_000).toBeCloseTo(0.1, 1)
  expect(sent.map(({ url }) => Number(new URL(url).searchParams.get('gets'))).reduce((a, b) => a + b)).toBe(20_000)
})

test('while Evenkeel is away the newest wait, and are sent when it is back; what is lost is counted', async () => {
  const { get, flush, stop, sent, lost, errors } = reporter([new Error('ECONNREFUSED'), 503, 200], { most: 8_000 })
  for (let i = 0; i < 9_000; i++) get(`early-${i}`)
  await flush()
  expect(errors).toEqual(['ECONNREFUSED'])
  for (let i = 0; i < 3_000; i++) get(`late-${i}`)
  await flush()
  expect(errors).toHaveLength(2)
  expect(lost()).toBe(4_000)
  sent.length = 0
  await stop()
  expect(sent.flatMap(({ lines }) => lines)).toHaveLength(8_000)
  expect(lost()).toBe(4_000)
})

test('what is refused for good is not sent again', async () => {
  const { get, flush, stop, sent, lost } = reporter([400, 200])
  get('a')
  await flush()
  expect(lost()).toBe(1)
  get('b')
  await stop()
  expect(sent).toHaveLength(2)
})

test('a share that is none is refused', () => expect(() => reporter([200], { rate: 0 })).toThrow('rate'))
