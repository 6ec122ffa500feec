import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { spentMs } from '../../../../test/cpuTime.ts'
import { lossOf, noLines, type Recent } from '../../accessLog/loss.ts'
import { logPlaceOf } from '../../accessLog/place.ts'
import { type LogEntry, readEntry } from './entry.ts'
import { Tally } from './tally.ts'

const LINES = readFileSync(new URL('../fixtures/nginx-1.22-syslog-json.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n')
/** One that is read. */
const entryOf = (text: string): LogEntry => {
  const entry = readEntry(text)
  if (typeof entry === 'string') throw new Error(entry)
  return entry
}
const line = (fields: object) => `<190>Nov 23 01:03:49 ngx: ${JSON.stringify(fields)}`

describe('a line of the access log', () => {
  test('as NGINX sends it', () => {
    expect(readEntry(LINES[0]!)).toEqual({
      pool: 'u_cons',
      tries: [{ address: '127.0.0.1:19004', failed: false, seconds: 0.001 }],
      before: [],
      failed: false,
      cache: 'miss',
      cacheStatus: 'MISS',
      zone: null,
      limit: null,
      key: null,
      mended: false,
    })
    expect(LINES.filter((text) => text.includes('{')).map((text) => entryOf(text).cache)).toEqual(expect.arrayContaining(['hit', 'miss']))
  })

  test("retries, internal redirects, NGINX's own names of fields", () => {
    const entry = entryOf(
      JSON.stringify({
        upstream_addr: '10.0.0.1:80, 10.0.0.2:80 : 10.0.0.3:80',
        upstream_status: '502, 200 : 404',
        upstream_response_time: '0.010, - : 0.030',
        status: 404,
        proxy_host: 'app',
      }),
    )
    expect(entry.before).toEqual([
      [
        { address: '10.0.0.1:80', failed: true, seconds: 0.01 },
        { address: '10.0.0.2:80', failed: false, seconds: null },
      ],
    ])
    expect(entry.tries).toEqual([{ address: '10.0.0.3:80', failed: false, seconds: 0.03 }])
    expect(entry.failed).toBe(false)
  })

  test.each([
    ['values without quotes', '{"st":200,"u":10.0.0.1:80, 10.0.0.2:80,"us":502, 200,"urt":-, 0.020,"up":"api"}', true],
    ['lists', '{"st":200,"u":["10.0.0.1:80","10.0.0.2:80"],"us":[502, 200],"urt":[0.001, 0.020],"up":"api"}', false],
    ['lists with what is no number', '{"st":200,"u":[10.0.0.1:80, 10.0.0.2:80],"us":[502, 200],"urt":[-, 0.020],"up":"api"}', true],
    [
      'escapes of NGINX',
      '{"u":"10.0.0.1:80, 10.0.0.2:80","us":"502, 200","urt":"-, 0.020","st":200,"up":"api","ua":"\\x22x\\xE6\\x9D\\xB1"}',
      true,
    ],
    ['LTSV', 'up:api\tu:10.0.0.1:80, 10.0.0.2:80\tus:502, 200\turt:-, 0.020\tst:200\tua:{"u"}', false],
    ['blanks around', ' { "up" : "api" , "u" : "10.0.0.1:80, 10.0.0.2:80", "us": 502, 200, "urt" : -, 0.020 , "st": 200 } ', true],
  ])('%s', (_, text, mended) => {
    expect(entryOf(text)).toMatchObject({
      pool: 'api',
      tries: [
        { address: '10.0.0.1:80', failed: true },
        { address: '10.0.0.2:80', failed: false, seconds: 0.02 },
      ],
      failed: false,
      mended,
    })
  })

  test.each([
    // Each as NGINX 1.22 wrote it.
    [
      'an answer from the cache behind a redirect asked no server of its own',
      { u: '10.0.0.1:80', us: '200', urt: '0.010', up: 'files', cache: 'HIT' },
      { pool: 'files', tries: [], before: [[{ address: '10.0.0.1:80', failed: false, seconds: 0.01 }]], cache: 'hit' },
    ],
    [
      'a name that does not resolve behind a redirect',
      { u: '10.0.0.1:80 : ', us: '503 : ', urt: '0.010 : ', up: 'nohost.invalid', st: 502 },
      { tries: [], before: [[{ address: '10.0.0.1:80', failed: true, seconds: 0.01 }]], failed: true },
    ],
    [
      'two redirects, the first of which asked none',
      { u: '10.0.0.1:80 : , 10.0.0.2:80', us: '503 : -, 200', urt: '0.010 : -, 0.020', up: 'b' },
      {
        tries: [{ address: '10.0.0.2:80', failed: false, seconds: 0.02 }],
        before: [[{ address: '10.0.0.1:80', failed: true, seconds: 0.01 }]],
      },
    ],
    [
      'a stale answer after a try that failed is a try of its own',
      { u: '10.0.0.1:80', us: '502', urt: '0.010', up: 'files', cache: 'STALE' },
      { tries: [{ address: '10.0.0.1:80', failed: true, seconds: 0.01 }], before: [] },
    ],
  ])('%s', (_, fields, expected) => {
    expect(entryOf(line(fields))).toMatchObject(expected)
  })

  test.each([
    ['refused', { limit_req_status: 'REJECTED', st: 429, u: '' }, { by: ['limit_req'], refused: true }],
    ['let through late', { limit_req: 'DELAYED', limit_conn: 'PASSED' }, { by: ['limit_req', 'limit_conn'], refused: false }],
    [
      'refused by the number of connections',
      { limit_req: 'PASSED', limit_conn_status: 'REJECTED' },
      { by: ['limit_req', 'limit_conn'], refused: true },
    ],
    ['a dry run', { limit_req: 'REJECTED_DRY_RUN' }, null],
    ['no limit there', { limit_req: '' }, null],
    ['no such field', {}, null],
  ])('what limits did: %s', (_, fields, limit) => expect(entryOf(line({ u: '10.0.0.1:80', st: 200, ...fields })).limit).toEqual(limit))

  test('a key is the bytes that were asked for', () => {
    expect(entryOf('{"u":"a:1","key":"/a\\x22b\\xE6\\x9D\\xB1"}').key).toBe('/a"b東')
  })

  test.each([
    ['', 'format'],
    ['GET / HTTP/1.1', 'format'],
    ['10.0.0.9 - - [x] "GET /{"u":"1.1.1.1:80"} HTTP/1.1" 200 1 "-" "-"', 'format'],
    ['[1]', 'format'],
    ['{"u":', 'cut'],
    ['{"u":"10.0.0.1:80","us":"200","ua":"a"b"}', 'cut'],
    ['{"u":"10.0.0.1:80","us":"200","u":502, 200}', 'cut'],
    ['{"u":"10.0.0.1:80","us":"200","req":"GET /long', 'cut'],
    ['{"st":200}', 'lacks'],
    ['{"u":{}}', 'lacks'],
    ['{"__proto__":{"u":"a"}}', 'lacks'],
    ['a:b\tc:d', 'lacks'],
  ])('%j is none: %s', (text, why) => {
    expect(readEntry(text)).toBe(why)
  })

  test('a hostile line takes no longer than its length', () => {
    const began = spentMs()
    for (const part of [' ', ', ', '} ', '\\', '"', '","a":', '\\x22']) readEntry(`{"u":${part.repeat(60_000)}`)
    expect(spentMs() - began).toBeLessThan(2_000)
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
    const entry = entryOf(line(fields))
    tally.line('read')
    tally.add(entry.pool!, entry, (address) => address.replace('10.0.0.1:80', 'one'), hashed)
  }
  const value = (samples: { metric: string; value: number; labels?: object }[], metric: string, labels: object) =>
    samples.find((sample) => sample.metric === metric && JSON.stringify(sample.labels) === JSON.stringify(labels))?.value

  test('counts requests, errors, retries and times, of the pool and of each server', () => {
    const tally = new Tally(0)
    add(tally, { u: '10.0.0.1:80, 10.0.0.2:80', us: '502, 200', urt: '0.010, 0.030', st: 200, up: 'app' })
    add(tally, { u: '10.0.0.1:80', us: '500', urt: '0.020', st: 500, up: 'app' })
    add(tally, { u: 'app', us: '502', urt: '0.000', st: 502, up: 'app' })
    tally.line('format')
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
    for (const text of LINES.filter((text) => text.includes('{'))) {
      const entry = entryOf(text)
      tally.add(entry.pool!, entry, String, false)
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

  test('of lines that break where a request failed, nothing is counted until all are read', () => {
    const tally = new Tally(0)
    for (let i = 0; i < 60; i++) add(tally, { u: '10.0.0.1:80', us: '200', st: 200, up: 'app' })
    for (let i = 0; i < 40; i++) tally.line('cut')
    const lossy = tally.look(1_000)
    expect(lossy.loss).toMatchObject({
      fair: false,
      because: expect.stringMatching(/^40\.0 % of its lines cannot be read.*nothing is counted/),
    })
    expect(lossy.samples.map(({ metric }) => metric)).toEqual(['nginx_log_lines_total', 'nginx_log_lines_unread_total'])
    expect(lossy.pools).toEqual([{ name: 'app', servers: ['one'] }])
    tally.look(61_000)
    add(tally, { u: '10.0.0.1:80', us: '200', st: 200, up: 'app' })
    tally.look(122_000)
    add(tally, { u: '10.0.0.1:80', us: '200', st: 200, up: 'app' })
    const fair = tally.look(123_000)
    expect(fair.loss).toEqual({ fair: true, because: null })
    expect(value(fair.samples, 'pool_requests_total', { pool: 'app' })).toBeLessThan(3)
  })

  test('the share of lines that are no JSON is said as one number, and no more is called counted than is', () => {
    const said = (counts: Partial<Recent>) => lossOf({ ...noLines(), lines: 200, ...counts })
    expect(said({ mended: 150 }).because).toMatch(/^75\.0 % of its lines cannot be read as JSON: they have values.*counted all the same/)
    expect(said({ mended: 148, cut: 2 })).toMatchObject({
      fair: true,
      because: expect.stringMatching(
        /^75\.0 % of its lines cannot be read as JSON: 74\.0 % have .*counted all the same.*, 1\.0 % begin as/,
      ),
    })
    const lossy = said({ mended: 100, cut: 50 })
    expect(lossy.because).toMatch(/^75\.0 % of its lines cannot be read as JSON: 50\.0 % have .*, 25\.0 % begin as .*nothing is counted$/)
    expect(lossy.because).not.toContain('counted all the same')
  })

  test('lines of another format are told, and cost no count', () => {
    const tally = new Tally(0)
    for (let i = 0; i < 25; i++) add(tally, { u: '10.0.0.1:80', us: '200', st: 200, up: 'app' })
    for (let i = 0; i < 75; i++) tally.line(i % 3 ? 'format' : 'lacks')
    const { loss, samples } = tally.look(1_000)
    expect(loss).toMatchObject({ fair: true, because: expect.stringMatching(/^50\.0 % .*another `log_format`.*25\.0 % .*upstream_addr/) })
    expect(value(samples, 'pool_requests_total', { pool: 'app' })).toBe(25)
  })

  test('memory is bounded whatever is sent', () => {
    const tally = new Tally(0)
    for (let i = 0; i < 20_000; i++) add(tally, { u: `10.0.${i % 250}.${i % 7}:${i}`, up: `pool${i % 300}`, key: `k${i}` }, true)
    expect(tally.look(6_000).samples.length).toBeLessThan(100 * 5 + 100 * 500 * 4)
    expect(tally.look(6_000).pools.length).toBe(100)
  })
})
