import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Reading } from '../../model/series.ts'
import { memcachedActuator } from './actuator.ts'
import { memcachedConfig } from './config.ts'
import { memcached } from './product.ts'

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8').replace(/\r?\n/g, '\r\n')
const STATS = fixture('memcached-1.6.18-stats.txt')
const parse = (id: string, raw: string) => memcached.probes.find((probe) => probe.id === id)!.parse(raw, { cursor: null, at: 1 })
const value = (samples: Reading[], metric: string) => samples.find((sample) => sample.metric === metric)?.value

describe('stats', () => {
  it('gives the canonical series of a real answer', () => {
    const { samples, topology } = parse('stats', STATS)
    expect(
      Object.fromEntries(samples.filter((sample) => !sample.labels && sample.metric.startsWith('cache_')).map((s) => [s.metric, s.value])),
    ).toEqual({
      cache_uptime_seconds: 4,
      cache_hits_total: 429,
      cache_misses_total: 71,
      cache_evictions_total: 0,
      cache_expirations_total: 0,
      cache_writes_total: 3000,
      cache_memory_used_bytes: 4749390,
      cache_memory_max_bytes: 67108864,
      cache_items: 3000,
      cache_item_bytes_mean: 1583.13,
      cache_connections: 1,
      cache_connections_max: 1024,
      cache_connections_rejected_total: 0,
      cache_auth_failures_total: 0,
      cache_reply_bytes_total: 685178,
    })
    expect(topology).toEqual({
      facts: { version: '1.6.18', runId: '28849@1795396198' },
      capabilities: [{ feature: 'stats', available: true }],
    })
    expect(value(samples, 'memcached_process_system_cpu_seconds_total')).toBe(0.025493)
  })

  it('reads 1.6.45, and 1.4 that tells less', () => {
    const { samples, topology } = parse('stats', fixture('memcached-1.6.45-stats.txt'))
    expect(['cache_hits_total', 'cache_misses_total', 'cache_writes_total', 'cache_items'].map((metric) => value(samples, metric))).toEqual(
      [2, 1, 50, 50],
    )
    expect(topology.facts?.version).toBe('1.6.45')
    const old = [
      'pid 1',
      'uptime 9',
      'time 1009',
      'version 1.4.4',
      'curr_items 2',
      'cmd_set 3',
      'get_hits 4',
      'get_misses 5',
      'evictions 0',
      'bytes 6',
    ]
    const parsed = parse('stats', `${old.map((line) => `STAT ${line}\r\n`).join('')}END\r\n`)
    expect(parsed.topology).toEqual({
      facts: { version: '1.4.4', runId: '1@1000' },
      capabilities: [{ feature: 'stats', available: true }],
    })
    expect(value(parsed.samples, 'cache_expirations_total')).toBeUndefined()
  })

  it.each([
    ['a word', 'STAT get_hits many', 'get_hits many'],
    ['below zero', 'STAT get_hits -1', 'get_hits -1'],
    ['in sixteens', 'STAT get_hits 0x10', 'get_hits 0x10'],
    ['a dash', 'STAT get_hits -', 'get_hits -'],
    ['a line that is none', 'oops', 'oops'],
  ])('%s for a number costs itself alone, and is said', (_what, line, said) => {
    const { samples, topology } = parse('stats', STATS.replace('STAT get_hits 429', line))
    expect(value(samples, 'cache_hits_total')).toBeUndefined()
    expect(value(samples, 'cache_misses_total')).toBe(71)
    expect(topology.capabilities![0]!.because).toContain('1 of ')
    expect(topology.capabilities![0]!.because).toContain(said)
  })

  it('keeps what the servers of a ring are to agree in', () => {
    const { records } = parse('settings', fixture('memcached-1.6.18-stats-settings.txt'))
    const shared = records.filter(({ kind }) => kind === 'setting')
    expect(shared).toContainEqual({
      kind: 'setting',
      id: 'maxbytes',
      at: 1,
      value: '67108864',
      unit: 'bytes',
      among: 'memory',
      matters: true,
    })
    expect(shared.length).toBe(8)
  })
  it('keeps settings as facts, what can be set under the name that sets it too', () => {
    const { records } = parse('settings', fixture('memcached-1.6.18-stats-settings.txt'))
    for (const id of ['config/maxbytes', memcached.can!.memory!.setting])
      expect(records).toContainEqual({ kind: 'fact', id, at: 1, value: '67108864' })
  })

  it.each([
    ['nothing', ''],
    ['an error', 'ERROR\r\n'],
    ['a cut answer', STATS.slice(0, 500)],
    ['another protocol', 'HTTP/1.1 400 Bad Request\r\n\r\nEND\r\n'],
    ['missing counters', 'STAT pid 1\r\nEND\r\n'],
    ['binary', '\u0000\u0001\ufffd'],
  ])('refuses %s', (_what, raw) => {
    expect(() => parse('stats', raw)).toThrow(expect.objectContaining({ code: 'malformed' }))
  })
})

describe('the configuration', () => {
  const base = { kind: 'memcached', name: 'm', address: '127.0.0.1:1' }
  it.each([
    [{ username: 'u' }, 'password'],
    [{ password: 'p' }, 'username'],
    [{ username: 'a b', password: 'p' }, 'username'],
    [{ username: 'flush_all', password: 'p' }, 'username'],
    [{ username: 'cache_memlimit', password: '64' }, 'username'],
    [{ username: 'stats', password: 'reset' }, 'username'],
    [{ username: 'u', password: 'p\r\nflush_all' }, 'password'],
    [{ tls: true, address: 'unix:/run/mc' }, 'tls'],
    [{ tls: false, ca: '-----BEGIN ' }, 'tls'],
    [{ tls: true, ca: '/etc/ca.pem' }, 'ca'],
    [{ tls: true, cert: '-----BEGIN ' }, 'key'],
  ])('refuses %j at %s', (login, field) => {
    expect(memcachedConfig.safeParse({ ...base, ...login }).error?.issues[0]?.path).toEqual([field])
  })
  it('takes an authority or a certificate for TLS', () => {
    expect([{}, { ca: '-----BEGIN ' }, { tls: true }].map((extra) => memcachedConfig.parse({ ...base, ...extra }).tls)).toEqual([
      false,
      true,
      true,
    ])
  })
})

describe('what not every server has', () => {
  it.each(['1.6.18', '1.6.45'])('extstore of %s is read', (version) => {
    const { samples, topology } = parse('stats', fixture(`memcached-${version}-stats-extstore.txt`))
    expect(topology.capabilities).toEqual([
      { feature: 'stats', available: true },
      { feature: 'extstore', available: true },
    ])
    expect(value(samples, 'memcached_extstore_limit_bytes')).toBe(67_108_864)
    expect(value(samples, 'memcached_extstore_objects')).toBe(4_000)
    expect(value(samples, 'memcached_extstore_reads_total')).toBe(200)
    expect(value(samples, 'memcached_extstore_used_bytes')).toBe(16_258_890)
    expect(value(parse('stats', STATS).samples, 'memcached_extstore_reads_total')).toBeUndefined()
  })

  it('a proxy is known as one, and its servers are counted', () => {
    const lines = 'STAT proxy_conn_requests 900\r\nSTAT proxy_conn_errors 3\r\nSTAT proxy_req_active 2\r\n'
    const { samples, topology } = parse('stats', STATS.replace('STAT cmd_get ', `${lines}STAT cmd_get `))
    expect(topology.capabilities).toContainEqual({
      feature: 'proxy mode',
      available: true,
      because: expect.stringContaining('servers behind it'),
    })
    expect([value(samples, 'memcached_proxy_requests_total'), value(samples, 'memcached_proxy_requests_active')]).toEqual([900, 2])
    const told = parse(
      'proxy',
      'STAT proxy_backend_total 4\r\nSTAT proxy_backend_marked_bad 1\r\nSTAT proxy_backend_failed -1\r\nSTAT cmd_mg 5\r\nEND\r\n',
    )
    expect(told.samples).toEqual([
      { metric: 'memcached_proxy_backends', value: 4 },
      { metric: 'memcached_proxy_backends_marked_bad_total', value: 1 },
    ])
    expect(told.topology.capabilities![0]!.because).toContain('proxy_backend_failed -1')
  })

  it('sizes of items are quantiles, where they are counted', () => {
    const { samples } = parse('sizes', 'STAT 96 60\r\nSTAT 128 39\r\nSTAT 4096 1\r\nEND\r\n')
    expect(samples.map(({ labels, value }) => [labels?.quantile, value])).toEqual([
      ['0.5', 96],
      ['0.9', 128],
      ['0.99', 128],
    ])
    expect(parse('sizes', 'STAT sizes_status disabled\r\nEND\r\n').samples).toEqual([])
    const sizes = memcached.probes.find(({ id }) => id === 'sizes')!
    const link = memcached.open(memcachedConfig.parse({ kind: 'memcached', name: 'm', address: '127.0.0.1:1' }))
    expect(sizes.wanted!({ ...link, tracksSizes: true })).toBe(true)
    expect(sizes.wanted!({ ...link, tracksSizes: false })).toContain('-o track_sizes')
  })
})

describe('slab classes', () => {
  const slabs = (items: string, text: string) =>
    memcached.probes.find(({ id }) => id === 'slabs')!.parse({ items, slabs: text }, { cursor: null, at: 1 })
  const of = (samples: Reading[], id: string) =>
    Object.fromEntries(
      samples.flatMap(({ metric, labels, value }) => (labels?.class === id ? [[metric.replace('memcached_slab_', ''), value]] : [])),
    )

  it.each(['1.6.18', '1.6.45'])('are read of %s: one that evicts what was just read beside one that is full of old items', (version) => {
    const { samples, topology } = slabs(
      fixture(`memcached-${version}-imbalance-items.txt`),
      fixture(`memcached-${version}-imbalance-slabs.txt`),
    )
    expect(topology.capabilities).toEqual([{ feature: 'stats slabs', available: true }])
    const [small, large] = [of(samples, '3'), of(samples, '18')]
    expect(small).toMatchObject({ current_pages: 16, chunks_free: 0, chunk_size_bytes: 152, chunks_per_page: 6898 })
    expect(small.items_age_seconds).toBeGreaterThanOrEqual(10)
    expect(large).toMatchObject({ current_pages: 1, items_evicted_time_seconds: expect.any(Number) })
    expect(large.items_evicted_total).toBeGreaterThan(500)
    expect(large.items_evicted_time_seconds).toBeLessThanOrEqual(1)
  })

  it('forty of them are read whole', () => {
    const { samples } = slabs(fixture('memcached-1.6.18-stats-items.txt'), fixture('memcached-1.6.18-stats-slabs.txt'))
    expect(of(samples, '1')).toEqual({
      current_items: 14,
      items_age_seconds: 2,
      mem_requested_bytes: 1259,
      items_evicted_total: 0,
      items_evicted_time_seconds: 0,
      items_evicted_unfetched_total: 0,
      items_outofmemory_total: 0,
      items_tailrepairs_total: 0,
      items_reclaimed_total: 0,
      chunk_size_bytes: 96,
      chunks_per_page: 10922,
      current_pages: 1,
      chunks_used: 14,
      chunks_free: 10908,
      hits_total: 4,
      sets_total: 14,
    })
  })

  it('of an empty server are none; a number that is none costs itself, and is said; a name makes no series', () => {
    expect(slabs('END\r\n', 'STAT active_slabs 0\r\nSTAT total_malloced 0\r\nEND\r\n').samples).toEqual([])
    const odd =
      'STAT items:1:number -1\r\nSTAT items:1:age 5\r\nSTAT items:x:age 5\r\nSTAT items:1:constructor 5\r\nSTAT items:999:age 5\r\nEND\r\n'
    const { samples, topology } = slabs(odd, 'END\r\n')
    expect(samples).toEqual([{ metric: 'memcached_slab_items_age_seconds', value: 5, labels: { class: '1' } }])
    expect(topology.capabilities![0]!.because).toContain('items:1:number -1')
  })
})

describe('the actuator', () => {
  const config = memcachedConfig.parse({ kind: 'memcached', name: 'm', address: '127.0.0.1:1' })
  const command = (name: string, value: string) => memcachedActuator.commands(config, [{ name, expect: '', value }])[0]
  it.each([
    ['limit_maxbytes', '33554432', 'cache_memlimit 32'],
    ['config/slab_automove', '2', 'slabs automove 2'],
    ['config/lru_mode', 'flat', 'lru mode flat'],
    ['config/lru_tune', '20 40 0.20 2.00', 'lru tune 20 40 0.20 2.00'],
    ['config/temp_ttl', '-1', 'lru temp_ttl -1'],
  ])('%s %s is %s', (name, value, sent) => expect(command(name, value)).toBe(sent))

  it.each<readonly [string, string]>([
    ...['0', '1048576', '33554433', '-1', 'banana', '33554432\r\nflush_all', '99999999999999999999'].map((text): [string, string] => [
      'limit_maxbytes',
      text,
    ]),
    ...['3', '', '1 ', '1\r\nflush_all', 'ratio 0.8'].map((text): [string, string] => ['config/slab_automove', text]),
    ...['segmented ', 'hot'].map((text): [string, string] => ['config/lru_mode', text]),
    ...['50 31 0.20 2.00', '0 40 0.20 2.00', '20 40 0.2 2.00', '20 40 0.00 2.00', '20 40 0.20 2.00 x', '20  40 0.20 2.00'].map(
      (text): [string, string] => ['config/lru_tune', text],
    ),
    ...['-2', '1.5', '2592001', '061'].map((text): [string, string] => ['config/temp_ttl', text]),
    ['config/dump_enabled', 'yes'],
    ['limit_maxbytes\r\nflush_all', '33554432'],
  ])('refuses %s %j', (name, text) => {
    expect(memcachedActuator.settings.find(({ pattern }) => pattern.test(name))?.value.safeParse(text).success ?? false).toBe(false)
    expect(() => command(name, text)).toThrow()
  })
})
