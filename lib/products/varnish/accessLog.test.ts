import { expect, it } from 'vitest'
import { accessLog, RequestTimes } from './accessLog.ts'

const line = (side: string, handling: string, ttfb: string, backend = '-') => JSON.stringify({ side, handling, ttfb, backend })
const taken = (...lines: string[]) => {
  const times = new RequestTimes(0)
  for (const one of lines) times.take(one)
  return times
}

it('tells the time of answers by how they came about, and of fetches by server', () => {
  const times = taken(
    line('c', 'hit', '0.000100'),
    line('c', 'hit', '0.000300'),
    line('b', '-', '0.020000', 'a'),
    line('c', 'miss', '0.030000'),
    // Of a backend of another pool, of none, and of a request that was cut off.
    line('b', '-', '0.5', 'other'),
    line('b', '-', '0.5'),
    line('c', 'pass', '-'),
  )
  const { samples, loss } = times.look(1_000, { a: 'app' })
  expect(samples).toEqual([
    { metric: 'varnish_requests_total', labels: { handling: 'hit' }, value: 2 },
    { metric: 'varnish_response_seconds', labels: { handling: 'hit' }, value: expect.closeTo(0.0002, 9) },
    { metric: 'varnish_requests_total', labels: { handling: 'miss' }, value: 1 },
    { metric: 'varnish_response_seconds', labels: { handling: 'miss' }, value: 0.03 },
    { metric: 'varnish_requests_total', labels: { handling: 'pass' }, value: 1 },
    { metric: 'pool_response_seconds', labels: { pool: 'app', server: 'a' }, value: 0.02 },
  ])
  expect(loss).toEqual({ fair: true, because: null })
  // Nothing came since: no mean, and counts go on.
  expect(times.look(2_000, { a: 'app' }).samples.map(({ metric }) => metric)).toEqual(Array(3).fill('varnish_requests_total'))
})

it('has the slowest twentieth of enough requests alone', () => {
  const times = taken(...Array.from({ length: 40 }, (_, i) => line('c', 'hit', String(i / 1_000))))
  const p95 = times.look(1_000, {}).samples.find(({ metric }) => metric === 'varnish_response_seconds_p95')
  expect(p95?.value).toBeGreaterThan(0.036)
})

it('says what it cannot read, and refuses a log of which it reads nothing', () => {
  const parse = (times: RequestTimes) => {
    const { lines, bad } = times.counts
    return accessLog.parse({ ...times.look(1_000, {}), lines, bad }, { cursor: null, at: 0 })
  }
  const some = taken(line('c', 'hit', '0.1'), '127.0.0.1 - - [27/Nov/2026] "GET / HTTP/1.1" 200')
  expect(parse(some).topology.capabilities).toMatchObject([{ feature: 'access log', available: true, because: expect.stringContaining('50.0 % of its lines') }]) // biome-ignore format: one line
  expect(() => parse(taken('127.0.0.1 - - "GET /"', line('x', 'hit', '1')))).toThrow('varnishncsa is to run with the format')
})
