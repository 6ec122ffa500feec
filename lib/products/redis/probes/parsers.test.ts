import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Reading } from '../../../model/series.ts'
import { infoField } from '../info.ts'
import { SHARED_SETTINGS } from '../sharedSettings.ts'
import { clients } from './clients.ts'
import { config } from './config.ts'
import { info } from './info.ts'
import { latency } from './latency.ts'
import { memory } from './memory.ts'
import { settings } from './settings.ts'
import { slowlog } from './slowlog.ts'

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8')
const context = { cursor: null, at: 1_000_000 }
const value = (samples: Reading[], metric: string, labels?: Record<string, string>) =>
  samples.find((sample) => sample.metric === metric && (!labels || JSON.stringify(sample.labels) === JSON.stringify(labels)))?.value

const INFO = fixture('info-everything-7.0.15.txt')
const read = (text: string, takenOff = { hits: 0, misses: 0 }) =>
  info.parse({ info: text, runId: infoField(text, 'run_id') ?? '', takenOff, writes: ['set', 'del'] }, context)

describe('INFO', () => {
  const { samples, records, topology } = read(INFO)

  it('reads the canonical series of a real answer', () => {
    expect(
      Object.fromEntries(samples.filter((sample) => !sample.labels && sample.metric.startsWith('cache_')).map((s) => [s.metric, s.value])),
    ).toEqual({
      cache_uptime_seconds: 2194,
      cache_hits_total: 182891965,
      cache_misses_total: 0,
      cache_evictions_total: 0,
      cache_expirations_total: 0,
      cache_memory_used_bytes: 185909192,
      cache_memory_max_bytes: 8589934592,
      cache_connections: 1,
      cache_connections_max: 10000,
      cache_connections_rejected_total: 0,
      cache_auth_failures_total: 0,
      cache_reply_bytes_total: 19752378621,
      cache_items: 1000000,
      cache_items_expiring: 0,
      cache_writes_total: 20615240,
      cache_fills_total: 20615240,
    })
    expect(value(samples, 'cache_commands_total', { command: 'get' })).toBe(174651135)
    expect(value(samples, 'cache_command_seconds_total', { command: 'get' })).toBeCloseTo(174.652951)
    expect(value(samples, 'redis_mem_fragmentation_ratio')).toBe(1.05)
    expect(value(samples, 'redis_cpu_user_seconds_total')).toBeCloseTo(300.796)
    expect(value(samples, 'redis_rdb_last_bgsave_status')).toBe(1)
    expect(value(samples, 'redis_errors_total', { err: 'ERR' })).toBe(1)
    expect(samples.every((sample) => Number.isFinite(sample.value))).toBe(true)
  })

  it('reads who it is and what it is set to', () => {
    expect(topology).toMatchObject({ facts: { version: '7.0.15', runId: '8de1360179ed63368690c7fdf4f5d0e6fcd07e2b' } })
    expect(topology.facts?.replication).toEqual({ id: expect.stringMatching(/^[0-9a-f]{40}$/), role: 'primary' })
    expect(read(INFO.replace('role:master', 'role:slave')).topology.facts?.replication?.role).toBe('replica')
    expect(read(INFO.replace(/^master_replid:.*$/m, '')).topology.facts?.replication).toBeUndefined()
    expect(records).toContainEqual({ kind: 'fact', id: 'config/maxmemory-policy', at: 1_000_000, value: 'allkeys-lfu' })
    expect(records.find((record) => record.kind === 'raw')).toMatchObject({ id: 'info' })
  })

  it('tells that its role is another than at the INFO before', () => {
    const changes = (text: string, roleBefore?: 'primary' | 'replica') =>
      info
        .parse({ info: text, runId: '', takenOff: { hits: 0, misses: 0 }, writes: [], ...(roleBefore && { roleBefore }) }, context)
        .records.filter(({ kind }) => kind === 'role-change')
    expect(changes(INFO)).toEqual([])
    expect(changes(INFO, 'primary')).toEqual([])
    expect(changes(INFO, 'replica')).toEqual([{ kind: 'role-change', id: '1000000', at: 1_000_000, role: 'primary' }])
    expect(changes(INFO.replace('role:master', 'role:sentinel'), 'replica')).toEqual([])
  })

  it('counts refused logins by kinds of errors, by their own counter where there is one, and not at all where there is neither', () => {
    const failures = (text: string) => value(read(text).samples, 'cache_auth_failures_total')
    const kinds = 'errorstat_NOAUTH:count=3\nerrorstat_WRONGPASS:count=4\nerrorstat_ERR'
    expect(failures(INFO.replace('errorstat_ERR', kinds))).toBe(7)
    const newest = fixture('info-everything-8.9.txt').replace('acl_access_denied_auth:0', 'acl_access_denied_auth:9')
    expect(failures(newest)).toBe(9)
    expect(failures(newest.replace('errorstat_ERR', kinds))).toBe(12)
    expect(failures(INFO.replace(/^total_error_replies.*$/m, ''))).toBeUndefined()
  })

  it.each(['0x10', ' ', '1e999', '1_000', '--1'])('takes %j for no number', (word) => {
    const { samples: list, topology: part } = read(INFO.replace(/^used_memory:\d+/m, `used_memory:${word}`))
    expect(value(list, 'cache_memory_used_bytes')).toBeUndefined()
    if (word !== ' ') expect(part.capabilities?.[0]?.because).toContain(`used_memory:${word}`)
  })

  it.each([
    ['info-everything-8.9.txt', '255.255.255', 'standalone', { hits: 1205, misses: 2, items: 164, expiring: 50 }],
    ['info-everything-valkey-9.1.0.txt', 'Valkey 9.1.0', 'standalone', { hits: 1, misses: 1, items: 0, expiring: 0 }],
  ])('reads %s whole', (file, version, mode, { hits, misses, items, expiring }) => {
    const parsed = read(fixture(file))
    expect(parsed.topology).toMatchObject({ facts: { version }, capabilities: [{ feature: 'INFO', available: true }] })
    expect(parsed.topology.capabilities![0]!.because).toBeUndefined()
    expect(
      ['cache_hits_total', 'cache_misses_total', 'cache_items', 'cache_items_expiring'].map((metric) => value(parsed.samples, metric)),
    ).toEqual([hits, misses, items, expiring])
    expect(parsed.records).toContainEqual({ kind: 'fact', id: 'mode', at: 1_000_000, value: mode })
  })

  it('takes the mean TTL over all databases by their keys', () => {
    const text = INFO.replace(
      'db0:keys=1000000,expires=0,avg_ttl=0',
      'db0:keys=10,expires=3,avg_ttl=1000\r\ndb3:keys=2,expires=1,avg_ttl=5000',
    )
    const parsed = read(text).samples
    expect(value(parsed, 'cache_items')).toBe(12)
    expect(value(parsed, 'cache_items_expiring')).toBe(4)
    expect(value(parsed, 'cache_ttl_mean_seconds')).toBe(2)
  })

  it('reads a replica and its lag', () => {
    const text = INFO.replace(
      'connected_slaves:0',
      'connected_slaves:1\r\nslave0:ip=10.0.0.2,port=6379,state=online,offset=90,lag=1',
    ).replace('master_repl_offset:0', 'master_repl_offset:100')
    const labels = { slave_ip: '10.0.0.2', slave_port: '6379', slave_state: 'online' }
    expect(value(read(text).samples, 'redis_connected_slave_lag_bytes', labels)).toBe(10)
  })

  it("takes the TTL sample's own lookups off the hits and misses", () => {
    const parsed = read(INFO.replace('keyspace_misses:0', 'keyspace_misses:7'), { hits: 995, misses: 5 }).samples
    expect(value(parsed, 'cache_hits_total')).toBe(182891965 - 995)
    expect(value(parsed, 'cache_misses_total')).toBe(2)
  })

  it('is a gap, not a zero, where a field is absent or no number was possible', () => {
    const text = INFO.replace(/^maxclients:.*\r?\n/m, '').replace('mem_fragmentation_ratio:1.05', 'mem_fragmentation_ratio:-nan')
    const parsed = read(text).samples
    expect(value(parsed, 'cache_connections_max')).toBeUndefined()
    expect(value(parsed, 'redis_mem_fragmentation_ratio')).toBeUndefined()
  })

  it.each([
    ['nothing', ''],
    ['an error page', '<html>502 Bad Gateway</html>'],
    ['binary', '\u0000\u0001\ufffd'.repeat(100)],
  ])('refuses %s', (_what, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'malformed' }))
  })

  it.each([
    ['a word for a number', ['keyspace_hits:182891965', 'keyspace_hits:many'], 'cache_hits_total', 'keyspace_hits:many'],
    [
      '-1 for "not kept"',
      ['rejected_connections:0', 'rejected_connections:-1'],
      'cache_connections_rejected_total',
      'rejected_connections:-1',
    ],
    [
      'a number that fell below zero',
      [/used_memory_dataset:\d+/, 'used_memory_dataset:18446744073709551000'],
      'redis_memory_used_dataset_bytes',
      'used_memory_dataset',
    ],
    ['a broken command line', ['cmdstat_set:calls=20615240', 'cmdstat_set:calls=x'], 'cache_writes_total', 'cmdstat_set:calls=x'],
    ['a command line without calls', ['cmdstat_set:calls=20615240', 'cmdstat_set:kalls=1'], 'cache_writes_total', 'cmdstat_set'],
    ['a broken keyspace line', ['db0:keys=1000000', 'db0:keys=x'], 'cache_items', 'db0:keys=x'],
    ['more keys that end than keys', ['expires=0,', 'expires=1000001,'], 'cache_items_expiring', 'db0:expires=1000001'],
    ['a mean of 110,000 years', ['expires=0,avg_ttl=0', 'expires=9,avg_ttl=3500000000000000'], 'cache_ttl_mean_seconds', 'db0:avg_ttl'],
    ['a line that is none', ['# Clients', 'oops'], 'cache_none', 'oops'],
  ] as const)('%s costs itself alone, and is said', (_what, [from, to], metric, said) => {
    const parsed = read(INFO.replace(from, to))
    expect(value(parsed.samples, metric)).toBeUndefined()
    expect(value(parsed.samples, 'cache_misses_total')).toBe(0)
    expect(parsed.topology.capabilities).toEqual([{ feature: 'INFO', available: true, because: expect.stringMatching(/^1 of its values/) }])
    expect(parsed.topology.capabilities![0]!.because).toContain(said)
  })

  it('says what a server does not tell at all', () => {
    const parsed = read('redis_version:6.2.6\r\nused_memory:10\r\n')
    expect(parsed.samples).toEqual([{ metric: 'cache_memory_used_bytes', value: 10 }])
    expect(parsed.topology.capabilities![0]!.because).toMatch(
      /does not report uptime_in_seconds, keyspace_hits, .*, the number of its keys/,
    )
  })

  it("takes Redis's own -1 for nothing yet", () => {
    const parsed = read(INFO.replace(/rdb_last_bgsave_time_sec:.*\r?\n/, 'rdb_last_bgsave_time_sec:-1\r\n'))
    expect(value(parsed.samples, 'redis_rdb_last_bgsave_duration_sec')).toBeUndefined()
    expect(parsed.topology.capabilities).toEqual([{ feature: 'INFO', available: true }])
  })

  it('bounds what a hostile server invents', () => {
    const invented = Array.from({ length: 50_000 }, (_, i) => `cmdstat_x${i}:calls=1,usec=1`).join('\r\n')
    const commands = read(`${INFO}\r\n${invented}`).samples.filter((sample) => sample.metric === 'cache_commands_total')
    expect(commands.length).toBeLessThanOrEqual(600)
  })
})

describe('SLOWLOG', () => {
  const entry = [1447, 1795396895, 4084, ['GET', 'k:00470609'], '127.0.0.1:57572', '']

  it('reads entries with their client', () => {
    const parsed = slowlog.parse({ newest: [entry], entries: [entry] }, context)
    expect(parsed.records[0]).toEqual({
      kind: 'slow',
      id: '1795396895-1447',
      at: 1795396895000,
      durationUs: 4084,
      command: ['GET', 'k:00470609'],
      fingerprint: 'GET k:*',
      client: '127.0.0.1:57572',
    })
    expect(parsed.cursor).toBe('1447')
  })

  it.each([
    ['of Redis before 4', [7, 100, 26000, ['GET', 'k']], { command: ['GET', 'k'] }],
    ['with the complexity of Redis Enterprise', [553, 100, 26000, 'Complexity info: N:16', ['ZADD', 'b']], { command: ['ZADD', 'b'] }],
    [
      'with a complexity and a client',
      [553, 100, 26000, 'N:16', ['ZADD', 'b'], '10.0.0.1:1', 'app'],
      { client: '10.0.0.1:1', clientName: 'app' },
    ],
    ['with numbers as text', ['7', '100', '26000', ['GET', 5, null]], { durationUs: 26000, command: ['GET', '5', 'null'] }],
  ])('reads an entry %s', (_what, odd, expected) => {
    expect(slowlog.parse({ newest: [odd], entries: [odd] }, context).records[0]).toMatchObject({ at: 100_000, ...expected })
  })

  it('leaves out an entry that is none, and says so', () => {
    const unread = { count: 1, of: 2, example: '[8,"x"]' }
    const { records, topology, cursor } = slowlog.parse({ newest: [[8, 'x']], entries: [[8, 'x'], entry], unread }, context)
    expect(records.filter(({ kind }) => kind === 'slow')).toHaveLength(1)
    expect(topology.capabilities![0]!.because).toBe('1 of 2 entries that were read could not be read and are left out, such as [8,"x"]')
    expect(cursor).toBe('8')
  })

  it('cuts long arguments and many of them', () => {
    const long = [1, 2, 3, Array.from({ length: 500 }, () => 'x'.repeat(10_000))]
    const record = slowlog.parse({ newest: [long], entries: [long] }, context).records[0]
    expect(record?.kind === 'slow' && record.command.length).toBe(32)
    expect(record?.kind === 'slow' && record.command[0]?.length).toBe(129)
  })

  it('is empty for an empty log', () => {
    expect(slowlog.parse({ newest: [], entries: [] }, context)).toEqual({ samples: [], records: [], topology: {}, cursor: undefined })
  })

  it.each([
    [{ newest: 'OK', entries: [] }],
    [{ newest: [['x']], entries: [] }],
    [{ newest: [entry], entries: [[1, 2]] }],
    [{ newest: [entry], entries: 'no' }],
    // In microseconds, as it seems: no date holds that.
    [{ newest: [entry], entries: [[1447, 1795396895000000, 4084, ['GET', 'k']]] }],
  ])('refuses %j', (raw) => {
    expect(() => slowlog.parse(raw, context)).toThrow(expect.objectContaining({ code: 'malformed' }))
  })
})

describe('LATENCY LATEST', () => {
  it('reads events', () => {
    const parsed = latency.parse([['command', 1795396527, 13, 357]], context)
    expect(parsed.records[0]).toEqual({ kind: 'latency', id: 'command', at: 1795396527000, event: 'command', latestMs: 13, maxMs: 357 })
  })
  it.each([['PONG'], [[['command', 'x', 1, 2]]], [[1]], [[['command', 1e16, 1, 2]]], [[['command', 1, -1, 2]]]])('refuses %j', (raw) => {
    expect(() => latency.parse(raw, context)).toThrow(expect.objectContaining({ code: 'malformed' }))
  })
})

describe('MEMORY STATS', () => {
  it('reads the mean size of an item', () => {
    expect(value(memory.parse(['keys.bytes-per-key', 185, 'db.0', ['overhead', 1]], context).samples, 'cache_item_bytes_mean')).toBe(185)
  })
  it.each([['text'], [['odd']], [['keys.bytes-per-key', 'many']], [['keys.bytes-per-key', '']]])('refuses %j', (raw) => {
    expect(() => memory.parse(raw, context)).toThrow(expect.objectContaining({ code: 'malformed' }))
  })
})

describe('CLIENT LIST', () => {
  it('reads the largest buffers', () => {
    const samples = clients.parse(fixture('client-list.txt').replace('omem=0', 'omem=4096'), context).samples
    expect(value(samples, 'redis_client_output_buffer_max_bytes')).toBe(4096)
    expect(value(samples, 'redis_client_input_buffer_max_bytes')).toBe(26)
  })
  it('takes no buffers where none are told, and none that cannot be, for a gap', () => {
    const of = (raw: string) => clients.parse(raw, context).samples
    expect(of('id=1 addr=127.0.0.1:1 name=a age=3 phase=ready\n')).toEqual([])
    const wrapped = of('id=1 addr=127.0.0.1:1 qbuf=26 omem=18446744073709551615\nid=2 addr=127.0.0.1:2 qbuf=7 omem=4\n')
    expect(wrapped).toEqual([{ metric: 'redis_client_input_buffer_max_bytes', value: 26 }])
  })
  it('names who holds the largest of each class, and no path of the machine', () => {
    const rows = 'id=1 addr=10.0.0.7:4 name=shop flags=P omem=99 cmd=subscribe\nid=2 addr=/run/redis/s:0 name= flags=N omem=4 cmd=get\n'
    const { samples, records } = clients.parse(rows, context)
    expect(value(samples, 'redis_client_class_output_buffer_max_bytes', { class: 'pubsub' })).toBe(99)
    expect(value(samples, 'redis_client_class_output_buffers_bytes', { class: 'replica' })).toBe(0)
    expect(records.slice(1)).toEqual([
      { kind: 'client-buffer', id: 'normal', at: 1_000_000, bytes: 4, address: 'a unix socket', name: '', command: 'get' },
      { kind: 'client-buffer', id: 'pubsub', at: 1_000_000, bytes: 99, address: '10.0.0.7:4', name: 'shop', command: 'subscribe' },
    ])
  })
  it('refuses what is not one', () => {
    expect(() => clients.parse('<html>', context)).toThrow(expect.objectContaining({ code: 'malformed' }))
  })
})

describe('CONFIG', () => {
  it('keeps each setting as a fact', () => {
    expect(config.parse({ maxmemory: '1024' }, context).records[0]).toEqual({
      kind: 'fact',
      id: 'config/maxmemory',
      at: 1_000_000,
      value: '1024',
    })
  })
})

describe('CONFIG of a group', () => {
  it('keeps what the servers of a group are to agree in, and nothing else that is answered', () => {
    const { records } = settings.parse({ maxmemory: '1024', 'io-threads': '4', requirepass: 'sesame' }, context)
    const common = { kind: 'setting', at: 1_000_000 }
    expect(records).toEqual([
      { ...common, id: 'maxmemory', value: '1024', unit: 'bytes', among: 'memory', matters: true, command: 'CONFIG SET maxmemory' },
      { ...common, id: 'io-threads', value: '4', unit: 'none', among: 'all', matters: false },
    ])
  })
  it('gives the limits of output buffers as numbers', () => {
    const { samples } = settings.parse({ 'client-output-buffer-limit': 'normal 0 0 0 slave 256 64 60 pubsub 32 8 60' }, context)
    expect(value(samples, 'redis_config_client_output_buffer_limit_bytes', { class: 'replica', limit: 'soft' })).toBe(64)
    expect(value(samples, 'redis_config_client_output_buffer_limit_seconds', { class: 'pubsub' })).toBe(60)
  })
  it('asks for no secret, no file and no address', () => {
    const asked = SHARED_SETTINGS.map(({ name }) => name)
    expect(asked.filter((name) => /pass|auth|acl|username|dir|file|bind|announce|tls|replicaof/.test(name))).toEqual([])
    expect(new Set(asked).size).toBe(asked.length)
  })
})
