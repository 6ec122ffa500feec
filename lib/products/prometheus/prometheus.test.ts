import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { haproxyStates } from '../exporters/haproxyStates.ts'
import { toPools, toReadings } from '../exporters/series.ts'
import { EXPORTERS } from '../exporters/table.ts'
import { parseAnswer, selector } from './client.ts'
import { type PrometheusConfig, prometheusConfig } from './config.ts'
import { addressOf, prometheus } from './product.ts'

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
    expect(toPools(samples, { states: haproxyStates(all), poolsAlone: false, seen: 'seen through Prometheus' })).toMatchObject([
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
    const { samples, servers, newest, unknown } = haproxyStates(all)
    // What c was before says nothing of the state that is not known.
    expect([...newest.values()]).toEqual(['down', 'drain'])
    expect(servers.map(({ server }) => server)).toEqual(['a', 'b', 'c'])
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

  it('leaves out what cannot be, and a sum of which one part cannot', () => {
    const all = parseAnswer(
      answer(
        ['redis_rejected_connections_total', {}, [[1, '-1']]],
        ['redis_db_keys', { db: 'db0' }, [[1, '5'], [2, '5']]],
        ['redis_db_keys', { db: 'db1' }, [[1, '-1'], [2, '1']]],
        ['redis_memory_used_bytes', {}, [[1, '1.8446744073709552e19']]],
      ), // biome-ignore format: a table
    )
    const { samples, impossible } = toReadings(all, EXPORTERS.redis_exporter!.rows)
    expect(samples).toEqual([{ metric: 'cache_items', labels: {}, value: 6, at: 2_000 }])
    expect([...impossible.keys()]).toEqual(['redis_rejected_connections_total', 'redis_db_keys', 'redis_memory_used_bytes'])
  })

  it('tells pools and servers apart whose names hold spaces', () => {
    const up = (pool: string, server: string, state: string) =>
      ['haproxy_server_status', { proxy: pool, server, state }, [[1, '1']]] as [string, object, [number, string][]]
    const all = parseAnswer(answer(up('a', 'b c', 'DOWN'), up('a b', 'c', 'UP')))
    expect(
      toPools(toReadings(all, []).samples, { states: haproxyStates(all), poolsAlone: false, seen: 'seen through Prometheus' }).map(
        ({ name, servers }) => [name, servers.map(({ state }) => state)],
      ),
    ).toEqual([
      ['a', ['down']],
      ['a b', ['up']],
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

describe('over HTTP', () => {
  /** A Prometheus that is asked the queries, in their order, and answers with what `series` holds then. */
  async function fake() {
    const asked: string[] = []
    const has = { series: answer() }
    const server = createServer(async (request, response) => {
      asked.push(new URLSearchParams(await text(request)).get('query') ?? '')
      response.end(has.series)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    return { url: `http://127.0.0.1:${port}`, asked, has, [Symbol.asyncDispose]: async () => void server.close() }
  }
  const signal = () => AbortSignal.timeout(5_000)

  it('asks for a span even where the clock of Prometheus is an hour ahead', async () => {
    await using prom = await fake()
    const link = prometheus.open({ ...config({ url: prom.url }), behind: { exporter: 'haproxy', instance: 'x:1', address: 'x:1' } })
    await prometheus.probes[0]!.read(link, String(Date.now() + 3_600_000), signal())
    expect(prom.asked[0]).toMatch(/\[60s\]$/)
  })

  it('calls a server by the same name while another of its instance is gone, in whatever order they come', async () => {
    await using prom = await fake()
    const link = prometheus.open(config({ url: prom.url }))
    const sign = (job: string, name = 'haproxy_process_build_info') =>
      [name, { job, instance: 'x:1' }, [[1, '1']]] as [string, object, [number, string][]]
    const named = async (...series: Parameters<typeof answer>) => {
      prom.has.series = answer(...series)
      return (await prometheus.discover!(link, signal())).map(({ name, behind }) => [name, behind!.exporter, behind!.job])
    }
    const redis = ['prom:x:1', 'redis_exporter', 'r']
    const one = ['prom:x:1 haproxy', 'haproxy', 'a']
    const two = ['prom:x:1 haproxy b', 'haproxy', 'b']
    expect(await named(sign('b'), sign('a'), sign('r', 'redis_up'))).toEqual([redis, one, two])
    expect(await named(sign('b'))).toEqual([two])
    expect(await named(sign('r', 'redis_up'), sign('b'), sign('a'))).toEqual([redis, one, two])
    // A new one takes no name that is kept for another.
    expect(await named(sign('c'))).toEqual([['prom:x:1 haproxy c', 'haproxy', 'c']])
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
