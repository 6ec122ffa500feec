import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import type { Reading } from '../../model/series.ts'
import { serverOf } from '../../model/setting.ts'
import { varnishActuator } from './actuator.ts'
import { type BackendList, parseBackendList } from './backendList.ts'
import { varnishConfig } from './config.ts'
import { parseStat } from './counters.ts'
import { poolOfBackend, poolsOf } from './pools.ts'
import { varnish } from './product.ts'
import { runIdOf } from './samples.ts'

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8')
const STAT = fixture('varnish-7.1.1-varnishstat.json')
const EXPORTER = fixture('varnish_exporter-1.6.1-varnish-7.1.1.txt')
const LIST = fixture('varnish-7.1.1-backend-list.json')
const AT = 1_795_753_142_000

const parse = (id: string, raw: unknown, cursor: string | null = null) =>
  varnish.probes.find((probe) => probe.id === id)!.parse(raw, { cursor, at: AT })
const stats = (text: string, form = 'varnishstat', listed: unknown = null) => parse('stats', { text, form, listed })
const value = (samples: Reading[], metric: string, labels: Record<string, string> = {}) =>
  samples.find((sample) => sample.metric === metric && Object.entries(labels).every(([name, one]) => sample.labels?.[name] === one))?.value

describe('counters', () => {
  it('are those of the cache, of its storages, and of each backend as a server of its pool', () => {
    const { samples, topology } = stats(STAT, 'varnishstat', { vcl: 'boot', poolOf: { a: 'sh', b: 'sh' } })
    const told = (metric: string, labels = {}) => value(samples, metric, labels)
    expect([told('cache_hits_total'), told('cache_misses_total'), told('cache_evictions_total'), told('cache_uptime_seconds')]).toEqual([4, 6, 0, 833]) // biome-ignore format: one line
    // Transient has no limit, and is no part of the cache's size.
    expect([told('cache_memory_used_bytes'), told('cache_memory_max_bytes')]).toEqual([0, 33_554_432])
    expect(told('varnish_storage_used_bytes', { storage: 'Transient' })).toBe(0)
    expect(told('varnish_storage_free_bytes', { storage: 'Transient' })).toBeUndefined()
    expect(told('cache_reply_bytes_total')).toBe(2188)
    expect(['a', 'b', 'c'].map((server) => told('pool_requests_total', { pool: 'sh', server }))).toEqual([1, 3, undefined])
    expect(told('pool_errors_total', { server: 'b' })).toBe(0)
    expect(topology.facts).toMatchObject({ role: 'cache', runId: '1@1795752309' })
    expect(topology.capabilities).toEqual([{ feature: 'counters', available: true }])
  })

  it('are the same by the exporter, which leaves the name of the VCL out and tells the version', () => {
    const listed = { vcl: 'boot', poolOf: { a: 'sh', b: 'sh', c: 'sh' } }
    const { samples, topology } = stats(EXPORTER, 'exporter', listed)
    const here = stats(STAT, 'varnishstat', listed).samples
    const names = (list: Reading[]) => new Set(list.map(({ metric, labels }) => `${metric}${JSON.stringify(labels ?? {}).toLowerCase()}`))
    expect([...names(here)].filter((name) => !names(samples).has(name))).toEqual(
      ['cache_item_bytes_mean{}'].filter((name) => names(here).has(name)),
    )
    expect(value(samples, 'cache_misses_total')).toBe(6)
    expect(value(samples, 'pool_requests_total', { server: 'b' })).toBe(3)
    expect(value(samples, 'cache_memory_max_bytes')).toBe(33_554_432)
    expect(topology.facts?.version).toBe('7.1.1')
    expect(() => stats(EXPORTER.replace('varnish_up 1', 'varnish_up 0'), 'exporter')).toThrow(
      'its exporter cannot reach it (varnish_up is 0)',
    )
    expect(() => stats('node_load1 1\n', 'exporter')).toThrow('varnish_main_uptime is missing')
  })

  it('are read as varnishstat printed them before 6.5 too, beside the time', () => {
    const old = JSON.stringify({ timestamp: '2026-11-27T04:21:03', ...JSON.parse(STAT).counters })
    expect(stats(old).samples).toEqual(stats(STAT).samples)
  })

  it.each([
    ['a word', '"many"'],
    ['below zero', '-1'],
    ['fallen below zero', '18446744073709551615'],
    ['nothing', 'null'],
  ])('%s for a number costs itself alone, and is told', (_what, written) => {
    const wrong = STAT.replace(/("MAIN\.cache_hit": \{[^}]*"value": )4/, `$1${written}`)
    const { samples, topology } = stats(wrong)
    expect(value(samples, 'cache_hits_total')).toBeUndefined()
    expect(value(samples, 'cache_misses_total')).toBe(6)
    expect(topology.capabilities![0]!.because).toContain('MAIN.cache_hit')
  })

  it.each([
    ['', 'its command ends with -j'],
    ['MAIN.uptime 3 1.00 Child process uptime', 'its command ends with -j'],
    ['[]', 'is to print an object'],
    ['{"version":1,"counters":{}}', 'tells no counter'],
    ['{"counters":{"MGT.uptime":{"value":3}}}', 'runs without its cache process'],
  ])('%j is refused', (text, because) => expect(() => stats(text)).toThrow(because))

  it('tell a run of the cache process apart from the next', () => {
    const run = (uptime: number, starts: number, at: number, cursor: string | null) =>
      runIdOf(parseStat(JSON.stringify({ 'MAIN.uptime': { value: uptime }, 'MGT.child_start': { value: starts } })), at * 1_000, cursor)!
    const first = run(10, 1, 1_000, null)
    // Both clocks are told to the second: the start that was seen first is kept.
    expect(run(12, 1, 1_003, first.cursor).runId).toBe(first.runId)
    expect(run(13, 2, 1_003, first.cursor).runId).not.toBe(first.runId)
    expect(run(1, 1, 1_003, first.cursor).runId).not.toBe(first.runId)
  })
})

describe('backends', () => {
  it('are servers of the directors that have them, in the state that Varnish gives them', () => {
    const { samples, topology } = parse('backends', { list: LIST, banner: 'Varnish Cache CLI 1.0\nvarnish-7.1.1 revision 7cee\n' })
    expect(topology.facts).toEqual({ version: '7.1.1' })
    const pools = new Map(topology.pools!.map((pool) => [pool.name, pool]))
    expect([...pools.keys()]).toEqual(['sh', 'h', 'rr', 'fb', 'rnd'])
    const told = (name: string) =>
      pools.get(name)!.servers.map(({ name, state, weightSet, backup }) => [name, state, weightSet, backup ?? false])
    expect(told('sh')).toEqual([['a', 'up', 1, false], ['b', 'up', 1, false], ['c', 'maint', 1, false]]) // biome-ignore format: one line
    expect(told('rnd')).toEqual([['a', 'up', 3, false], ['b', 'up', 1.5, false]]) // biome-ignore format: one line
    expect(told('fb')).toEqual([['a', 'up', 1, false], ['b', 'up', 1, true]]) // biome-ignore format: one line
    expect(pools.get('h')).toMatchObject({ balances: 'hash', servers: [], serversBecause: expect.stringContaining('hash director') })
    expect(value(samples, 'pool_up', { pool: 'sh', server: 'c' })).toBe(0)
    expect(value(samples, 'pool_weight_effective', { pool: 'rnd', server: 'a' })).toBe(3)
    expect(value(samples, 'pool_weight_effective', { pool: 'sh', server: 'c' })).toBe(0)
  })

  it('that several directors have are counted for none of them, and those that none has are a pool of their own', () => {
    const parsed = parseBackendList(LIST)
    expect(poolOfBackend(poolsOf(parsed))).toEqual({ c: 'sh' })
    const alone: BackendList = { ...parsed, rows: parsed.rows.filter(({ type }) => type === 'backend') }
    expect(poolsOf(alone).map(({ name, servers }) => [name, servers.length])).toEqual([['backends', 3]])
    // The only one may be taken out: its setting is of no pool whose requests would all fail.
    const steps = ['a', 'b', 'c'].map((name) => ({ target: 'v', name: `backend/${name}/state` }))
    expect(
      steps.map((step) =>
        serverOf(
          step,
          poolsOf(alone).map((pool) => ({ ...pool, target: 'v' })),
        ),
      ),
    ).toEqual([null, null, null])
    expect(poolOfBackend(poolsOf(alone))).toEqual({ a: 'backends', b: 'backends', c: 'backends' })
  })

  it('without a probe are `auto` where Varnish says healthy: both are the same', () => {
    expect(
      parseBackendList(LIST)
        .rows.slice(0, 3)
        .map(({ name, admin, probed, healthy }) => [name, admin, probed, healthy]),
    ).toEqual([
      ['a', 'auto', true, true],
      ['b', 'auto', false, true],
      ['c', 'sick', false, false],
    ])
  })

  it('have their address where a newer Varnish tells it, and rows that cannot be read are left out and told', () => {
    const list = LIST.replace('"type": "backend",', '"type": "backend", "ipv4": "10.0.0.1", "port": "80",').replace('"admin_health": "healthy"', '"admin_health": "odd"') // biome-ignore format: one line
    const { topology } = parse('backends', { list, banner: '' })
    expect(topology.pools![0]!.servers[0]!.address).toBe('10.0.0.1:80')
    expect(topology.capabilities![0]!.because).toContain('boot.b')
  })

  it.each(['', 'Backend name Admin Probe', '{}', '[2, ["backend.list", "-j"], 1.5]', '[2,["x"],1,[]]'])('%j is refused', (list) => {
    expect(() => parse('backends', { list, banner: '' })).toThrow(/backend\.list/)
  })
})

test('a backend that was set sick returns by its own setting; what then decides is said', () => {
  const row = (name: string, probed: boolean) => ({ name, type: 'backend', admin: 'sick' as const, probed, healthy: false })
  const [pool] = poolsOf({ vcl: 'boot', unread: [], rows: [row('a', true), row('b', false), { ...row('c', true), admin: 'auto' }] })
  expect(pool!.servers.map(({ returns }) => returns)).toEqual([
    { setting: 'backend/a/state', after: 'auto', words: 'its probe decides again' },
    { setting: 'backend/b/state', after: 'auto', words: 'no probe asks it, so that it is healthy' },
    undefined,
  ])
})

test('parameters are facts under the name that sets them', () => {
  const { records } = parse('params', [{ name: 'default_ttl', text: fixture('varnish-7.1.1-param-show.json') }])
  expect(records).toEqual([{ kind: 'fact', id: 'param/default_ttl', at: AT, value: '120' }])
})

describe('settings', () => {
  const config = varnishConfig.parse({ kind: 'varnish', name: 'v', admin: '127.0.0.1:6082' })
  const kindOf = (name: string) => varnishActuator.settings.find(({ pattern }) => pattern.test(name))

  it.each([
    ['param/default_ttl', '600', '600'],
    ['param/default_ttl', '600.000', '600'],
    ['param/default_grace', '1h', '3600'],
    ['param/default_keep', '1m30s', '90'],
    ['param/default_ttl', '0.5', '0.5'],
    ['backend/a/state', 'sick', 'sick'],
    ['backend/boot.a/state', 'auto', 'auto'],
  ])('%s takes %s', (name, text, kept) => expect(kindOf(name)!.value.parse(text)).toBe(kept))

  it.each([
    ['param/default_ttl', '-1'],
    ['param/default_ttl', 'soon'],
    ['param/default_ttl', '1 ; stop'],
    ['param/default_ttl', '1e9'],
    ['backend/a/state', 'drain'],
  ])('%s refuses %s', (name, text) => expect(kindOf(name)!.value.safeParse(text).success).toBe(false))

  it.each(['param/thread_pool_max', 'param/cc_command', 'backend/*/state', 'backend/a b/state', 'backend/a.b.c/state', 'backend/a/weight'])(
    '%s is none',
    (name) => expect(kindOf(name)).toBeUndefined(),
  )

  it('are shown as the commands that would be sent', () => {
    const edits = [
      { name: 'param/default_ttl', expect: '120', value: '10m' },
      { name: 'backend/a/state', expect: 'auto', value: 'sick' },
    ]
    expect(varnishActuator.commands(config, edits)).toEqual([
      'varnishadm param.set default_ttl 600',
      'varnishadm backend.set_health a sick',
    ])
  })
})

test.each([
  [{ stat: ['varnishstat', '-j'], exporter: 'http://h:9131/metrics' }, 'exporter'],
  [{ secret_file: '/etc/varnish/secret' }, 'admin'],
  [{ admin: 'nowhere' }, 'admin'],
  [{ stat: [] }, 'stat'],
])('a configuration that contradicts itself names the key: %j', (more, key) => {
  const { error } = varnishConfig.safeParse({ kind: 'varnish', name: 'v', ...more })
  expect(error?.issues.map(({ path }) => path.join('.'))).toContain(key)
})
