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
      cache_connections: 1,
      cache_connections_max: 1024,
      cache_connections_rejected_total: 0,
    })
    expect(topology).toEqual({ facts: { version: '1.6.18', runId: '28849@1795396198' } })
    expect(value(samples, 'memcached_process_system_cpu_seconds_total')).toBe(0.025493)
  })

  it('keeps settings as facts', () => {
    expect(parse('settings', fixture('memcached-1.6.18-stats-settings.txt')).records).toContainEqual({
      kind: 'fact',
      id: 'config/maxbytes',
      at: 1,
      value: '67108864',
    })
  })

  it.each([
    ['nothing', ''],
    ['an error', 'ERROR\r\n'],
    ['a cut answer', STATS.slice(0, 500)],
    ['another protocol', 'HTTP/1.1 400 Bad Request\r\n\r\nEND\r\n'],
    ['words for numbers', STATS.replace('STAT get_hits 429', 'STAT get_hits many')],
    ['missing counters', 'STAT pid 1\r\nEND\r\n'],
    ['binary', '\u0000\u0001\ufffd'],
  ])('refuses %s', (_what, raw) => {
    expect(() => parse('stats', raw)).toThrow(expect.objectContaining({ code: 'malformed' }))
  })
})

describe('the actuator', () => {
  const config = memcachedConfig.parse({ kind: 'memcached', name: 'm', address: '127.0.0.1:1' })
  it('speaks in MiB', () => {
    expect(memcachedActuator.commands(config, [{ name: 'limit_maxbytes', expect: '', value: '33554432' }])).toEqual(['cache_memlimit 32'])
  })
  it.each(['0', '1048576', '33554433', '-1', 'banana', '33554432\r\nflush_all', '99999999999999999999'])('refuses %j', (text) => {
    expect(memcachedActuator.settings[0]!.value.safeParse(text).success).toBe(false)
    expect(() => memcachedActuator.commands(config, [{ name: 'limit_maxbytes', expect: '', value: text }])).toThrow()
  })
})
