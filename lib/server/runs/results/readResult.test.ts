import { describe, expect, test } from 'vitest'
import { binaryLog } from '../../../../test/gatlingLog.ts'
import { LOAD_RESULT_MAX } from '../../../model/loadResult.ts'
import { parseGatlingBinary } from './gatlingBinary.ts'
import { readResult } from './readResult.ts'

const read = (text: string) => readResult(Buffer.from(text))
const refused = (text: string | Uint8Array, words: RegExp) =>
  expect(() => readResult(Buffer.from(text as string))).toThrow(
    expect.objectContaining({ code: 'bad_request', message: expect.stringMatching(words) }),
  )

const DURATION = { avg: 40, min: 5, med: 30, max: 900, 'p(90)': 80, 'p(95)': 120 }

describe('k6', () => {
  const handled = {
    root_group: { name: '', path: '', id: 'd41d', groups: [], checks: [] },
    options: { summaryTrendStats: ['avg'], summaryTimeUnit: '', noColor: false },
    state: { isStdErrTTY: false, isStdOutTTY: false, testRunDurationMs: 60_000 },
    metrics: {
      http_reqs: { type: 'counter', contains: 'default', values: { count: 6_000, rate: 100 }, thresholds: { 'rate>50': { ok: true } } },
      http_req_failed: { type: 'rate', contains: 'default', values: { rate: 0.01, passes: 60, fails: 5_940 } },
      http_req_duration: { type: 'trend', contains: 'time', values: DURATION, thresholds: { 'p(95)<100': { ok: false } } },
      'http_req_duration{expected_response:true}': { type: 'trend', contains: 'time', values: DURATION },
      vus_max: { type: 'gauge', contains: 'default', values: { value: 50, min: 50, max: 50 } },
      checks: { type: 'rate', contains: 'default', values: { rate: 0.75, passes: 45, fails: 15 } },
    },
  }

  test('what handleSummary gets', () => {
    expect(read(JSON.stringify(handled))).toEqual({
      tool: 'k6',
      format: 'handleSummary',
      counts: 'requests',
      from: null,
      to: null,
      seconds: 60,
      usersMax: 50,
      all: { requests: 6_000, failures: 60, perSecond: 100, times: { mean: 0.04, p50: 0.03, p90: 0.08, p95: 0.12, p99: null, max: 0.9 } },
      checks: { passes: 45, fails: 15 },
      thresholds: [
        { metric: 'http_reqs', expression: 'rate>50', passed: true },
        { metric: 'http_req_duration', expression: 'p(95)<100', passed: false },
      ],
      parts: [],
      course: [],
    })
  })

  test('--summary-export says of a threshold whether it was crossed, and calls a rate its value', () => {
    const metrics = {
      http_reqs: { count: 6_000, rate: 100, thresholds: { 'rate>50': false } },
      http_req_failed: { value: 0.01, passes: 60, fails: 5_940, thresholds: { 'rate<0.001': true } },
      http_req_duration: DURATION,
    }
    expect(read(JSON.stringify({ root_group: {}, metrics }))).toMatchObject({
      format: '--summary-export',
      seconds: 60,
      all: { requests: 6_000, failures: 60, times: { p95: 0.12 } },
      thresholds: [
        { expression: 'rate>50', passed: true },
        { expression: 'rate<0.001', passed: false },
      ],
    })
  })

  test('the machine-readable summary has a list of metrics, and no rate of a counter', () => {
    const metrics = [
      { name: 'http_reqs', type: 'counter', contains: 'default', values: { count: 6_000 } },
      { name: 'http_req_failed', type: 'rate', contains: 'default', values: { matches: 60, rate: 0.01, total: 6_000 } },
      { name: 'http_req_duration', type: 'trend', contains: 'time', values: DURATION },
    ]
    const results = { checks: { metrics: [], results: [{ name: 'a', passes: 3, fails: 1 }, { name: 'b', passes: 2, fails: 0 }] }, metrics } // biome-ignore format: one line
    expect(read(JSON.stringify({ config: { duration: 60, execution: 'local' }, metadata: {}, results, version: '1.0.0' }))).toMatchObject({
      format: '--new-machine-readable-summary',
      seconds: 60,
      all: { requests: 6_000, failures: 60, perSecond: 100 },
      checks: { passes: 5, fails: 1 },
    })
  })

  test('a test without HTTP has its iterations', () => {
    const metrics = { iterations: { count: 50, rate: 5 }, iteration_duration: DURATION }
    expect(read(JSON.stringify({ metrics }))).toMatchObject({ counts: 'iterations', seconds: 10, all: { requests: 50, failures: null, times: { mean: 0.04 } } }) // biome-ignore format: one line
  })

  test('what is none is refused by its field', () => {
    refused('{', /^the body: expected JSON/)
    refused('[1]', /expected a k6 summary: an object/)
    refused('{"metrics":{}}', /http_reqs or iterations/)
    refused('{"metrics":7}', /metrics: .*found "7"/)
    const odd = { ...handled, metrics: { ...handled.metrics, http_reqs: { type: 'counter', values: { count: '6000', rate: 1 } } } }
    refused(JSON.stringify(odd), /metrics\.http_reqs: count: .*found "\\"6000\\""/)
    refused(JSON.stringify({ metrics: { http_reqs: { count: -1 } } }), /http_reqs: count/)
    refused(JSON.stringify({ ...handled, state: { testRunDurationMs: 'long' } }), /state\.testRunDurationMs/)
  })
})

const HEAD =
  'Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,Max Response Time,Average Content Size,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%'
const HISTORY =
  'Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,95%,Total Request Count,Total Failure Count,Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,Total Average Content Size'

describe('Locust', () => {
  const rows = [
    HEAD,
    'GET,"/search?q=a,b",400,4,30,40.5,5,900,120.0,4.0,0.04,30,31,32,33,80,120,300,400,500,600,900',
    'POST,/never,0,0,0,0.0,0,0,0.0,0.0,0.0,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A',
    ',Aggregated,400,4,30,40.5,5,900,120.0,4.0,0.04,30,31,32,33,80,120,300,400,500,600,900',
    '',
  ]
  test('stats.csv, with its line ends and quotes', () => {
    expect(read(rows.join('\r\n'))).toMatchObject({
      tool: 'locust',
      format: 'stats.csv',
      seconds: 100,
      all: { requests: 400, failures: 4, perSecond: 4, times: { mean: 0.0405, p50: 0.03, p90: 0.08, p95: 0.12, p99: 0.4, max: 0.9 } },
      parts: [
        { name: 'GET /search?q=a,b', requests: 400 },
        { name: 'POST /never', requests: 0, times: { p95: null } },
      ],
    })
  })

  const at = 1_795_753_000
  const total = (second: number, users: number, count: number, rest = '') =>
    `${at + second},${users},,Aggregated,${rest || '8.000000'},0.500000,30,${100 + second},${count},${count / 10},30,40.5,5,900,120.0`
  test('stats_history.csv has users and requests over time; percentiles over time only of a full history', () => {
    const plain = read([HISTORY, total(0, 1, 0, '0.000000'), total(1, 5, 8), total(2, 10, 16)].join('\n'))
    expect(plain).toMatchObject({
      format: 'stats_history.csv',
      from: at * 1000,
      to: (at + 2) * 1000,
      seconds: 2,
      usersMax: 10,
      all: { requests: 16, failures: 1.6, perSecond: 8, times: { p95: 0.102, mean: 0.0405 } },
    })
    expect(plain.course).toEqual([
      { at: at * 1000, users: 1, perSecond: 0, failuresPerSecond: 0.5, p95: null },
      { at: (at + 1) * 1000, users: 5, perSecond: 8, failuresPerSecond: 0.5, p95: null },
      { at: (at + 2) * 1000, users: 10, perSecond: 8, failuresPerSecond: 0.5, p95: null },
    ])
    const full = read([HISTORY, total(0, 1, 1).replace(',,Aggregated', ',GET,/a'), total(0, 1, 1), total(1, 5, 8)].join('\n'))
    expect(full.course.map(({ p95 }) => p95)).toEqual([0.1, 0.101])
    expect(full.all.times.p95).toBeNull()
  })

  test('a long one is thinned, with the most users kept', () => {
    const long = read([HISTORY, ...Array.from({ length: 4_000 }, (_, i) => total(i, i === 2_500 ? 99 : 1, i))].join('\n'))
    expect(long.course.length).toBeLessThanOrEqual(LOAD_RESULT_MAX.course)
    expect(Math.max(...long.course.map(({ users }) => users!))).toBe(99)
  })

  test('what is none is refused by its line', () => {
    refused('', /expected a result of k6, Locust or Gatling, found "nothing"/)
    refused('a,b\n1,2\n', /the columns of Locust/)
    refused(`${HEAD}\nGET,/a\n`, /line 2: CSV, found "csv record inconsistent/)
    refused(rows.slice(0, 2).join('\n'), /one row named Aggregated, found "0 of 1 rows"/)
    refused(rows.join('\n').replace(',400,4,30', ',4oo,4,30'), /line 2: a number as Request Count, found "4oo"/)
    refused(rows.join('\n').replace(',400,4,30', ',N/A,4,30'), /line 2: a number as Request Count, found "N\/A"/)
    refused([HISTORY, total(5, 1, 1), total(4, 1, 1)].join('\n'), /line 3: times in order/)
    refused(Buffer.from([0x54, 0xff]), /text in UTF-8/)
  })
})

describe('Gatling', () => {
  const START = 1_795_753_000_000
  const expected = {
    tool: 'gatling',
    from: START,
    to: START + 3_000,
    seconds: 3,
    usersMax: 2,
    all: { requests: 3, failures: 1, perSecond: 1, times: { mean: 0.4, p50: 0.2, p95: 0.9, max: 0.9 } },
    parts: [
      { name: 'Cart / Add', requests: 2, failures: 1, times: { max: 0.9 } },
      { name: 'Home', requests: 1, failures: 0, times: { max: 0.1 } },
    ],
    course: [
      { users: 2, perSecond: 1, failuresPerSecond: 0, p95: 0.1 },
      { users: 2, perSecond: 0, failuresPerSecond: 0, p95: null },
      { users: 1, perSecond: 1, failuresPerSecond: 0, p95: 0.2 },
      { users: 0, perSecond: 1, failuresPerSecond: 1, p95: 0.9 },
    ],
  }
  const text = (user = '') =>
    [
      'ASSERTION\tAAECAAI=',
      `RUN\tshop.Sim\tsim\t${START}\t \t3.9.5`,
      user ? `USER\tscn\t1\tSTART\t${START}\t${START}` : `USER\tscn\tSTART\t${START}`,
      user ? `USER\tscn\t2\tSTART\t${START}\t${START}` : `USER\tscn\tSTART\t${START}`,
      `REQUEST\t${user}\tHome\t${START + 400}\t${START + 500}\tOK\t `,
      `REQUEST\t${user}Cart\tAdd\t${START + 2_000}\t${START + 2_200}\tOK\t `,
      `GROUP\t${user}Cart\t${START}\t${START + 2_200}\t200\tOK`,
      user ? `USER\tscn\t1\tEND\t${START}\t${START + 2_500}` : `USER\tscn\tEND\t${START + 2_500}`,
      `REQUEST\t${user}Cart\tAdd\t${START + 2_100}\t${START + 3_000}\tKO\tstatus.find.is(200), but actually found 503`,
      `ERROR\tj.n.ConnectException\t${START + 3_000}`,
      user ? `USER\tscn\t2\tEND\t${START}\t${START + 3_000}` : `USER\tscn\tEND\t${START + 3_000}`,
      '',
    ].join('\n')

  test.each([
    ['since 3.4', text()],
    ['before, with the number of the user', text('7\t')],
  ])('the log as text, %s', (_, log) => {
    expect(read(log)).toMatchObject({ ...expected, format: 'simulation.log (text)' })
  })

  test('the binary log of 3.13 and later', () => {
    const log = binaryLog(START, (writer) => {
      writer.user(0, true, 0).user(0, true, 0)
      writer.request([], 'Home', 400, 500, true).request(['Cart'], 'Add', 2_000, 2_200, true).group(['Cart'], 0, 2_200)
      writer
        .user(0, false, 2_500)
        .request(['Cart'], 'Add', 2_100, 3_000, false, 'found 503 €')
        .error('refused', 3_000)
        .user(0, false, 3_000)
    })
    expect(readResult(log)).toMatchObject({ ...expected, format: 'simulation.log (binary)' })
    // Killed within a record: what was before it counts.
    expect(readResult(log.subarray(0, log.length - 3))).toMatchObject({ all: { requests: 3 } })
  })

  test('the JSON of its report, alone or with all requests', () => {
    const three = (total: number, ko = 0) => ({ total, ok: total - ko, ko })
    const stats = (name: string, total: number) => ({
      name,
      numberOfRequests: three(total, 1),
      minResponseTime: three(1),
      maxResponseTime: three(900),
      meanResponseTime: three(40),
      standardDeviation: three(7),
      percentiles1: three(30),
      percentiles2: three(50),
      percentiles3: three(120),
      percentiles4: three(400),
      group1: { name: 't < 800 ms', htmlName: 't < 800 ms', count: total, percentage: 100 },
      meanNumberOfRequestsPerSecond: three(4),
    })
    const all = { requests: 400, failures: 1, perSecond: 4, times: { mean: 0.04, p50: 0.03, p90: null, p95: 0.12, p99: 0.4, max: 0.9 } }
    expect(read(JSON.stringify(stats('All Requests', 400)))).toMatchObject({ format: 'global_stats.json', seconds: 100, all, parts: [] })
    const request = { type: 'REQUEST', name: 'Add', path: 'Cart / Add', pathFormatted: 'x', stats: stats('Add', 300) }
    const group = { type: 'GROUP', name: 'Cart', path: 'Cart', pathFormatted: 'x', stats: stats('Cart', 300), contents: { x: request } }
    const root = {
      type: 'GROUP',
      name: 'All Requests',
      path: '',
      pathFormatted: 'x',
      stats: stats('All Requests', 400),
      contents: { y: group },
    }
    expect(read(JSON.stringify(root))).toMatchObject({ format: 'stats.json', all, parts: [{ name: 'Cart / Add', requests: 300 }] })
    refused(
      JSON.stringify({ ...stats('x', 1), numberOfRequests: { total: '-' } }),
      /global_stats\.json of Gatling: numberOfRequests\.total/,
    )
    const deep = Array.from({ length: 50 }).reduce<object>((inner) => ({ ...group, contents: { inner } }), request)
    refused(JSON.stringify(deep), /deep/)
  })

  test('what is none is refused by its line or byte', () => {
    refused('ASSERTION\tAA\nREQUEST\t\tHome\t1\t2\tOK\t \n', /line 2: the record RUN/)
    const bad = (line: string, words: RegExp) => refused(`RUN\ta\tb\t1\t \t3.9\n${line}\n`, words)
    bad('REQUEST\t\tHome\t1\t2\tMAYBE\t ', /line 2: OK or KO/)
    bad('REQUEST\t\tHome\t2\t1\tOK\t ', /line 2: times in ms/)
    bad('REQUEST\t\tHome\t1\tOK', /line 2: a REQUEST of 7 fields/)
    bad('USER\tscn\tSTOP\t1', /line 2: START or END/)
    bad('WHAT\t1', /line 2: a record of Gatling/)
    refused('RUN\ta\tb\t1\t \t3.9\n', /a log with requests, found "none"/)
    expect(() => parseGatlingBinary(new Uint8Array(0))).toThrow(/the record of the run.*found "nothing"/)
    refused(Buffer.from([0, 0, 0, 0, 3, 1, 2, 3, 0]), /Gatling's version/)
    refused(Buffer.from([0, 0x7f, 0xff, 0xff, 0xff]), /byte 1: a length up to/)
    const log = binaryLog(START, (writer) => writer.request([], 'Home', 1, 2, true))
    refused(Buffer.concat([log, Buffer.from([9])]), /a record of Gatling, found "9"/)
    refused(Buffer.concat([log, Buffer.from([1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x00])]), /a text that came before, found "256"/)
  })
})
