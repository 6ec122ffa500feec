import { describe, expect, it } from 'vitest'
import { parseAnswer, selector } from './client.ts'
import { type PrometheusConfig, prometheusConfig } from './config.ts'
import { haproxyStates } from './haproxyStates.ts'
import { EXPORTERS } from './mapping.ts'
import { addressOf, prometheus } from './product.ts'
import { toPools, toReadings } from './series.ts'

const config = (more: object = {}): PrometheusConfig =>
  prometheusConfig.parse({ kind: 'prometheus', name: 'prom', url: 'http://127.0.0.1:9090', ...more })
const answer = (...series: [name: string, labels: object, values: [number, string][]][]) =>
  JSON.stringify({
    status: 'success',
    data: { resultType: 'matrix', result: series.map(([name, labels, values]) => ({ metric: { __name__: name, ...labels }, values })) },
  })

describe('reading an answer', () => {
  it('keeps the times of the scrapes, adds up what leads to one series, and leaves stale markers out as gaps', () => {
    const all = parseAnswer(
      answer(
        [
          'redis_db_keys',
          { db: 'db0' },
          [
            [100, '5'],
            [115, '6'],
            [130, 'NaN'],
          ],
        ],
        [
          'redis_db_keys',
          { db: 'db1' },
          [
            [100, '1'],
            [115, '1'],
          ],
        ],
        [
          'redis_keyspace_hits_total',
          {},
          [
            [100, '900'],
            [115, '950'],
          ],
        ],
      ),
    )
    const { samples, newestAt, stepMs } = toReadings(all, EXPORTERS.redis_exporter!.rows)
    expect({ newestAt, stepMs }).toEqual({ newestAt: 115_000, stepMs: 15_000 })
    expect(samples.filter(({ metric }) => metric === 'cache_items').map(({ at, value }) => [at, value])).toEqual([
      [100_000, 6],
      [115_000, 7],
    ])
    expect(samples.filter(({ metric }) => metric === 'cache_hits_total').map(({ value }) => value)).toEqual([900, 950])
  })

  it.each(['', '<html>', '{"status":"error"}', '{"status":"success","data":{"resultType":"scalar","result":[]}}'])(
    'refuses %s as malformed',
    (text) => expect(() => parseAnswer(text)).toThrow(expect.objectContaining({ code: 'malformed' })),
  )

  it('makes pools of HAProxy with weights and states, read-only', () => {
    const server = (name: string, state: string, up: string) =>
      [
        ['haproxy_server_uweight', { proxy: 'app', server: name }, [[100, '10']]],
        ['haproxy_server_status', { proxy: 'app', server: name, state: 'UP' }, [[100, up]]],
        ['haproxy_server_status', { proxy: 'app', server: name, state }, [[100, '1']]],
      ] as [string, object, [number, string][]][]
    const all = parseAnswer(answer(...server('a', 'UP', '1'), ...server('b', 'MAINT', '0')))
    const { samples } = toReadings(all, EXPORTERS.haproxy!.rows)
    expect(toPools(samples, { states: haproxyStates(all), poolsAlone: false })).toMatchObject([
      {
        name: 'app',
        can: { weight: { because: expect.any(String) } },
        servers: [
          { name: 'a', weightSet: 10, state: 'up' },
          { name: 'b', state: 'maint', weightEffective: 0 },
        ],
      },
    ])
  })

  it('reads states by number as HAProxy before 2.4 tells them, gaps where a server is in maintenance or its state is not known', () => {
    const status = (server: string, ...values: [number, string][]) =>
      ['haproxy_server_status', { proxy: 'app', server }, values] as [string, object, [number, string][]]
    const all = parseAnswer(answer(status('a', [1, '1'], [2, '0']), status('b', [1, '2'], [2, '3']), status('c', [1, '4'], [2, '9'])))
    const { samples, newest, unknown } = haproxyStates(all)
    expect([...newest.values()].map(({ server, state }) => [server, state])).toEqual([['a', 'down'], ['b', 'drain'], ['c', 'up']]) // biome-ignore format: a table
    expect(samples.map(({ labels, at, value }) => [labels!.server, at, value])).toEqual([
      ['a', 1_000, 1],
      ['a', 2_000, 0],
      ['b', 2_000, 1],
      ['c', 1_000, 1],
    ])
    expect([...unknown]).toEqual(['9'])
  })

  it('keeps caches of one name apart where several cache managers have them, and only there', () => {
    const gets = (cache: string, manager: object, hits: string) =>
      ['cache_gets_total', { cache, result: 'hit', ...manager }, [[1, hits]]] as [string, object, [number, string][]]
    const all = parseAnswer(
      answer(
        gets('users', { cache_manager: 'local' }, '5'),
        gets('users', { cacheManager: 'shared' }, '7'),
        gets('items', { cache_manager: 'local' }, '9'),
      ),
    )
    expect(toReadings(all, EXPORTERS.micrometer!.rows).samples.map(({ labels, value }) => [labels!.cache, value])).toEqual([
      ['local/users', 5],
      ['shared/users', 7],
      ['items', 9],
    ])
  })

  it('takes rows of one’s own, with labels and a scale', () => {
    const { mappings } = config({
      mappings: [{ from: 'my_latency_ms', to: 'pool_response_seconds', labels: { pool: 'backend' }, scale: 0.001, where: { env: 'prod' } }],
    })
    const all = parseAnswer(
      answer(['my_latency_ms', { backend: 'x', env: 'prod' }, [[1, '20']]], ['my_latency_ms', { backend: 'x', env: 'test' }, [[1, '999']]]),
    )
    expect(toReadings(all, mappings).samples).toEqual([{ metric: 'pool_response_seconds', labels: { pool: 'x' }, value: 0.02, at: 1000 }])
  })
})

describe('one read', () => {
  const probe = prometheus.probes[0]!
  const parse = (series: string, cursor: string | null = null) =>
    probe.parse({ at: 0, series, exporter: 'redis_exporter', mappings: [] }, { cursor, at: 0 })

  it('gives only what is newer than the last read, and asks on from there', () => {
    const text = answer(
      ['redis_up', {}, [[100, '1']]],
      [
        'redis_keyspace_hits_total',
        {},
        [
          [100, '1'],
          [115, '2'],
        ],
      ],
    )
    expect(parse(text).samples).toHaveLength(2)
    const again = parse(text, '100000')
    expect(again.samples.map(({ at }) => at)).toEqual([115_000])
    expect(again.cursor).toBe('115000')
  })

  it('says down when it cannot be scraped or its exporter cannot reach it, and why', () => {
    expect(() =>
      parse(
        answer([
          'up',
          {},
          [
            [100, '1'],
            [115, '0'],
          ],
        ]),
      ),
    ).toThrow('cannot scrape')
    expect(() => parse(answer(['redis_up', {}, [[115, '0']]]))).toThrow('redis_up is 0')
  })
})

describe('one instance with several jobs', () => {
  const parse = (job: string | undefined, ...series: Parameters<typeof answer>) =>
    prometheus.probes[0]!.parse({ at: 0, series: answer(...series), exporter: 'haproxy', job, mappings: [] }, { cursor: null, at: 0 })
  const up = (job: string, value: string) => ['up', { job }, [[1, value]]] as [string, object, [number, string][]]
  const session = (job: string, value: string) =>
    ['haproxy_backend_http_requests_total', { job, proxy: 'app' }, [[1, value]]] as [string, object, [number, string][]]

  it('is read by its own job: another one that is down says nothing of it, and counts are not added up', () => {
    const parsed = parse('haproxy', up('node', '0'), up('haproxy', '1'), session('haproxy', '5'), session('edge', '90'))
    expect(parsed.samples).toMatchObject([{ metric: 'pool_requests_total', value: 5 }])
    expect(() => parse('node', up('node', '0'), up('haproxy', '1'))).toThrow('up is 0')
  })

  it('of a version that nobody mapped says so, and of several processes too', () => {
    const said = (...series: Parameters<typeof answer>) => parse('haproxy', ...series).topology.capabilities!.map(({ feature }) => feature)
    expect(said(up('haproxy', '1'))).toEqual(['settings', 'mapped series'])
    expect(said(session('haproxy', '5'), ['haproxy_process_nbproc', { job: 'haproxy' }, [[1, '4']]])).toEqual(['settings', 'every process'])
    expect(said(session('haproxy', '5'), ['haproxy_server_status', { proxy: 'app', server: 'a', state: 'ASLEEP' }, [[1, '1']]])).toEqual([
      'settings',
      'states of servers',
    ])
  })
})

describe('configuration', () => {
  it('refuses matchers that could end the selector', () => {
    expect(config({ match: 'cluster="prod", env!~"t.*"' }).match).toBeDefined()
    for (const match of ['} or vector(1)', 'a="b"} or up{x="', 'a=b', 'a="b" or c="d"']) expect(() => config({ match })).toThrow()
    expect(selector(['a'], config({ match: 'c="p"' }), 'x"}\n')).toBe('{__name__=~"a",instance="x\\"}\\n",c="p"}')
  })

  it('knows a server by the address that it has itself', () => {
    expect(addressOf('redis://10.0.0.1:6379', '6379')).toBe('10.0.0.1:6379')
    expect(addressOf('localhost:9121', '6379')).toBe('127.0.0.1:6379')
    expect(addressOf('10.0.0.1:8404')).toBe('10.0.0.1:8404')
  })
})
