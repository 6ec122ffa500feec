import { expect, it } from 'vitest'
import { isCounter, namingOf } from '../model/naming.ts'
import { metricOf, metrics } from './registry.ts'

it('holds each metric once', () => {
  const names = metrics.map(({ name }) => name)
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  for (const metric of metrics) expect(metricOf(metric.name)).toBe(metric)
})

it('names counters as the store tells them: by `_total`', () => {
  for (const { name, kind } of metrics) expect(isCounter(name), name).toBe(kind === 'counter')
})

it('computes nothing of what is not registered itself', () => {
  const names = new Set(metrics.map(({ name }) => name))
  for (const { name, from, also, kind, series } of metrics) {
    expect(from.length, name).toBeGreaterThan(0)
    expect(
      [...from, ...also].filter((other) => !names.has(other)),
      name,
    ).toEqual([])
    // What is not stored under its own name has a history of its own.
    if (!from.includes(name)) expect(series, name).toBeDefined()
    if (kind === 'counter' || kind === 'gauge') expect(from, name).toEqual([name])
  }
})

it('reads unit and kind of what nobody registered from its name', () => {
  const told = (name: string) => {
    const { kind, unit } = metricOf(name)
    return [kind, unit]
  }
  expect(told('envoy_host_timeouts_total')).toEqual(['counter', 'perSecond'])
  expect(told('redis_cpu_user_seconds_total')).toEqual(['counter', 'ratio'])
  expect(told('redis_memory_used_rss_bytes')).toEqual(['gauge', 'bytes'])
  expect(told('twemproxy_uptime_seconds')).toEqual(['gauge', 'seconds'])
  expect(told('x_quantile')).toEqual(['gauge', 'count'])
  expect(metricOf('nginx_http_requests_total').words).toBe('nginx http requests')
  expect(metricOf('__proto__').kind).toBe('gauge')
  expect(namingOf('x_bytes_total').events).toBe(false)
})

it('has words for what managed services tell of themselves', () => {
  expect(metricOf('aws_cloudwatch_month_usd').words).toBe('cost of reading CloudWatch, in USD a month')
  expect(metricOf('cloudflare_requests_total')).toMatchObject({ words: expect.stringContaining('requests of the zone'), unit: 'perSecond' })
  expect(metricOf('elasticache_engine_cpu_ratio').unit).toBe('ratio')
})

it('knows the names that promise another unit', () => {
  expect(metricOf('redis_mem_fragmentation_ratio').unit).toBe('factor')
  expect(metricOf('ring_imbalance_owned').unit).toBe('factor')
  expect(metricOf('ring_share_seen').unit).toBe('ratio')
  expect(metricOf('pool_share').unit).toBe('ratio')
})
