import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { logPlaceOf } from '../config.ts'
import { readEntry } from './entry.ts'
import { Tally } from './tally.ts'

const LINES = readFileSync(new URL('../fixtures/nginx-1.22-syslog-json.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n')
const line = (fields: object) => `<190>Nov 23 01:03:49 ngx: ${JSON.stringify(fields)}`

describe('a line of the access log', () => {
  test('as NGINX sends it', () => {
    expect(readEntry(LINES[0]!)).toEqual({
      pool: 'u_cons',
      tries: [{ address: '127.0.0.1:19004', failed: false, seconds: 0.001 }],
      failed: false,
      cache: 'miss',
      key: null,
    })
    expect(LINES.map((text) => readEntry(text)?.cache)).toEqual(expect.arrayContaining(['hit', 'miss']))
  })

  test("retries, internal redirects, NGINX's own names of fields", () => {
    const entry = readEntry(
      JSON.stringify({
        upstream_addr: '10.0.0.1:80, 10.0.0.2:80 : 10.0.0.3:80',
        upstream_status: '502, 200 : 404',
        upstream_response_time: '0.010, - : 0.030',
        status: 404,
        proxy_host: 'app',
      }),
    )
    expect(entry?.tries).toEqual([
      { address: '10.0.0.1:80', failed: true, seconds: 0.01 },
      { address: '10.0.0.2:80', failed: true, seconds: null },
      { address: '10.0.0.3:80', failed: false, seconds: 0.03 },
    ])
    expect(entry?.failed).toBe(false)
  })

  test.each(['', 'GET / HTTP/1.1', '{"u":', '[1]', '{"st":200}', '{"u":{}}', 'null', `{"__proto__":{"u":"a"}}`])('%j is none', (text) => {
    expect(readEntry(text)).toBeNull()
  })
})

test.each([
  ['syslog://127.0.0.1:5140', { is: 'syslog', host: '127.0.0.1', port: 5140 }],
  ['syslog://[::1]:5140', { is: 'syslog', host: '::1', port: 5140 }],
  ['file:///var/log/nginx/a%20b.log', { is: 'file', path: '/var/log/nginx/a b.log' }],
  ['syslog://127.0.0.1', null],
  ['/var/log/x', null],
  ['http://x:1', null],
])('the log at %s', (text, place) => expect(logPlaceOf(text)).toEqual(place))

describe('the tally', () => {
  const add = (tally: Tally, fields: object, hashed = false) => {
    const entry = readEntry(line(fields))
    tally.add(entry, entry?.pool ?? null, (address) => address.replace('10.0.0.1:80', 'one'), hashed)
  }
  const value = (samples: { metric: string; value: number; labels?: object }[], metric: string, labels: object) =>
    samples.find((sample) => sample.metric === metric && JSON.stringify(sample.labels) === JSON.stringify(labels))?.value

  test('counts requests, errors, retries and times, of the pool and of each server', () => {
    const tally = new Tally(0)
    add(tally, { u: '10.0.0.1:80, 10.0.0.2:80', us: '502, 200', urt: '0.010, 0.030', st: 200, up: 'app' })
    add(tally, { u: '10.0.0.1:80', us: '500', urt: '0.020', st: 500, up: 'app' })
    add(tally, { u: 'app', us: '502', urt: '0.000', st: 502, up: 'app' })
    tally.add(null, null, String, false)
    const { samples, lines, bad } = tally.look(1_000)
    expect([lines, bad]).toEqual([4, 1])
    expect(value(samples, 'pool_requests_total', { pool: 'app' })).toBe(3)
    expect(value(samples, 'pool_errors_total', { pool: 'app' })).toBe(2)
    expect(value(samples, 'pool_retries_total', { pool: 'app' })).toBe(1)
    expect(value(samples, 'pool_response_seconds', { pool: 'app' })).toBeCloseTo(0.02)
    expect(value(samples, 'pool_requests_total', { pool: 'app', server: 'one' })).toBe(2)
    expect(value(samples, 'pool_errors_total', { pool: 'app', server: 'one' })).toBe(2)
    expect(value(samples, 'pool_response_seconds', { pool: 'app', server: 'one' })).toBeCloseTo(0.015)
    expect(value(samples, 'pool_errors_total', { pool: 'app', server: '10.0.0.2:80' })).toBe(0)
    const next = tally.look(2_000).samples
    expect(value(next, 'pool_requests_total', { pool: 'app' })).toBe(3)
    expect(value(next, 'pool_response_seconds', { pool: 'app' })).toBeUndefined()
  })

  test('the cache by its label', () => {
    const tally = new Tally(0)
    for (const text of LINES) {
      const entry = readEntry(text)
      tally.add(entry, entry?.pool ?? null, String, false)
    }
    const { samples } = tally.look(1_000)
    expect(value(samples, 'cache_hits_total', { cache: 'u_cons' })).toBe(3)
    expect(value(samples, 'cache_misses_total', { cache: 'u_cons' })).toBe(1)
  })

  test('keys of a hashed upstream by traffic', () => {
    const tally = new Tally(0)
    for (let i = 0; i < 100; i++) add(tally, { u: 'a:1', up: 'app', key: i % 4 ? `/page/${i}` : '/hot' }, true)
    const [first] = tally.look(6_000).hot
    expect(first).toMatchObject({ key: '/hot', share: 0.25 })
  })

  test('memory is bounded whatever is sent', () => {
    const tally = new Tally(0)
    for (let i = 0; i < 20_000; i++) add(tally, { u: `10.0.${i % 250}.${i % 7}:${i}`, up: `pool${i % 300}`, key: `k${i}` }, true)
    expect(tally.look(6_000).samples.length).toBeLessThan(100 * 5 + 100 * 500 * 4)
    expect(tally.look(6_000).pools.length).toBe(100)
  })
})
