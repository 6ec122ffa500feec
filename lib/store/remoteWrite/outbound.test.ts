import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PbfReader } from 'pbf'
import { uncompress } from 'snappyjs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createOutbound } from './outbound.ts'
import { receiverOf } from './receiver.ts'
import type { SeriesId } from './writeRequest.ts'

type Row = { labels: Record<string, string>; samples: [at: number, value: number][] }
/** The request as a receiver decodes it. */
function decoded(body: Uint8Array): Row[] {
  const rows: Row[] = []
  new PbfReader(uncompress(body)).readFields((tag, _, pbf) => {
    if (tag !== 1) throw new Error(`field ${tag}`)
    const row: Row = { labels: {}, samples: [] }
    pbf.readMessage((part, _row, inner) => {
      const fields: Record<number, unknown> = {}
      inner.readMessage((field, _fields, of) => {
        fields[field] = part === 1 ? of.readString() : field === 1 ? of.readDouble() : of.readVarint()
      }, null)
      if (part === 1) row.labels[fields[1] as string] = fields[2] as string
      else row.samples.push([fields[2] as number, (fields[1] as number) ?? 0])
    }, null)
    rows.push(row)
  }, null)
  return rows
}

let answers: number[]
let got: { rows: Row[]; headers: Record<string, unknown> }[]
let server: Server
let at: number
const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
beforeEach(async () => {
  ;[answers, got, at] = [[], [], 1_000_000]
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      got.push({ rows: decoded(Buffer.concat(chunks)), headers: request.headers })
      response.writeHead(answers.shift() ?? 204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => void server.close())

const address = () => `127.0.0.1:${(server.address() as AddressInfo).port}`
const outbound = () => createOutbound({ ...receiverOf({ write: `http://ann:p%40ss@${address()}/api/v1/write` }), monotonic: () => at, log })
const HITS: SeriesId = { metric: 'cache_hits_total', labels: { target: 'cache "é"\n', 'odd-label': 'x' } }
const MISSES: SeriesId = { metric: 'cache_misses_total', labels: { target: 'a' } }

describe('what is sent', () => {
  it('is each sample once, at its own time, with labels sorted by name', async () => {
    const one = outbound()
    one.add(HITS, 1_700_000_000_123, 1e15)
    one.add(MISSES, 1_700_000_000_123, -0.5)
    one.add(HITS, 1_700_000_001_123, 1e15 + 2)
    one.tick()
    await vi.waitFor(() => expect(one.state()).toEqual({ written: 3, dropped: 0, waiting: 0, failing: null }))
    expect(got[0]!.rows).toEqual([
      {
        labels: { __name__: 'cache_hits_total', evenkeel_odd_label: 'x', target: 'cache "é"\n' },
        samples: [
          [1_700_000_000_123, 1e15],
          [1_700_000_001_123, 1e15 + 2],
        ],
      },
      { labels: { __name__: 'cache_misses_total', target: 'a' }, samples: [[1_700_000_000_123, -0.5]] },
    ])
    expect(Object.keys(got[0]!.rows[0]!.labels)).toEqual(['__name__', 'evenkeel_odd_label', 'target'])
    expect(got[0]!.headers).toMatchObject({
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
      authorization: `Basic ${Buffer.from('ann:p@ss').toString('base64')}`,
    })
  })

  it('is in the order of time, one request after the other', async () => {
    const one = outbound()
    for (let i = 0; i < 12_000; i++) one.add(MISSES, i, i)
    one.tick()
    await vi.waitFor(() => expect(one.state().written).toBe(12_000))
    expect(got.map(({ rows }) => rows[0]!.samples[0]![0])).toEqual([0, 2_000, 4_000, 6_000, 8_000, 10_000])
  })
})

describe('a receiver that does not take it', () => {
  it('is tried again, further and further apart; nothing is lost and nothing sent twice', async () => {
    const one = outbound()
    answers = [503, 429, 401]
    one.add(MISSES, 1, 1)
    for (const [wait, tries] of [
      [0, 1],
      [999, 1],
      [1, 2],
      [1_999, 2],
      [1, 3],
      [4_000, 4],
    ] as const) {
      // biome-ignore format: one line
      at += wait
      one.tick()
      await vi.waitFor(() => expect(got).toHaveLength(tries))
      await vi.waitFor(() => expect(one.state().failing).toBe(tries < 4 ? `HTTP ${[503, 429, 401][tries - 1]}` : null))
    }
    expect(one.state()).toEqual({ written: 1, dropped: 0, waiting: 0, failing: null })
  })

  it('that calls a request bad gets the next one: it would be refused for ever', async () => {
    const one = outbound()
    answers = [400]
    for (let i = 0; i < 2_001; i++) one.add(MISSES, i, i)
    one.tick()
    await vi.waitFor(() => expect(one.state()).toEqual({ written: 1, dropped: 2_000, waiting: 0, failing: null }))
  })

  it('and is away: the newest million samples wait, and no address is logged', async () => {
    const gone = createOutbound({ url: 'http://127.0.0.1:9/secret', headers: {}, monotonic: () => at, log })
    for (let i = 0; i < 1_000_010; i++) gone.add(MISSES, i, i)
    gone.tick()
    await vi.waitFor(() =>
      expect(gone.state()).toMatchObject({ dropped: 2_000, waiting: 998_010, failing: expect.stringContaining('no answer') }),
    )
    expect(JSON.stringify(log.warn.mock.calls)).not.toContain('secret')
    await gone.close()
  })
})

it('sends what waits when it is closed', async () => {
  const one = outbound()
  one.add(MISSES, 1, 1)
  await one.close()
  expect(one.state()).toMatchObject({ written: 1, waiting: 0 })
})
