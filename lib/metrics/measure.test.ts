import { describe, expect, test } from 'vitest'
import { normal, randomOf } from '../../test/random.ts'
import { load } from '../../test/series.ts'
import type { Measurement } from '../model/window.ts'
import { measure } from './measure.ts'
import { shares } from './pool.ts'
import { metrics } from './registry.ts'

/** The running sums of increments, as a counter reads. */
function counter(increments: readonly number[]): number[] {
  let sum = 0
  return [0, ...increments].map((increment) => {
    sum += increment
    return sum
  })
}
const figureOf = (answer: Measurement) => (answer.is === 'measured' ? answer.value : Number.NaN)
const because = (answer: Measurement) => (answer.is === 'unjudged' ? answer.because : 'measured')

describe('every measure', () => {
  test('says why it measures nothing of nothing', () => {
    const empty = load(1000, {})
    for (const name of [...metrics.map(({ name }) => name), 'x_total', 'x', '__proto__', 'constructor']) {
      const answer = measure(name, { target: 'a' }, empty)
      expect(answer.is, name).toBe('unjudged')
      expect(because(answer), name).toMatch(/./)
    }
  })
  test('wants three readings, some seconds, and the newer half of the time', () => {
    expect(because(measure('x', {}, load(1000, { x: '1 2' })))).toBe('2 readings of x; 3 needed')
    expect(because(measure('x', {}, load(1000, { x: '1x5 _x90 ', y: '1x100' })))).toBe('x was not seen in the second half of the time')
    expect(because(measure('x', {}, load(1000, { x: '_x95 1x4', y: '1x99' })))).toBe('x was seen too briefly')
  })
})

describe('the time of a command', () => {
  test('is of all commands together, each by its number', () => {
    const window = load(1000, {
      'cache_commands_total{target=a,command=get}': '0+90x20',
      'cache_command_seconds_total{target=a,command=get}': '0+0.009x20',
      'cache_commands_total{target=a,command=keys}': '0+10x20',
      'cache_command_seconds_total{target=a,command=keys}': '0+0.991x20',
      'cache_commands_total{target=a}': '0+500x20',
    })
    expect(figureOf(measure('cache_command_seconds_mean', { target: 'a' }, window))).toBeCloseTo(0.01, 6)
    expect(because(measure('cache_command_seconds_mean', { target: 'b' }, window))).toBe('times of commands are not reported for b')
  })
  test('is unjudged of few commands', () => {
    const window = load(1000, { 'cache_commands_total{target=a}': '0+1x20', 'cache_command_seconds_total{target=a}': '0+1x20' })
    expect(because(measure('cache_command_seconds_mean', { target: 'a' }, window))).toBe('20 commands; 30 needed')
  })
})

describe('the hit ratio', () => {
  test('counts across a restart and a lost poll', () => {
    const window = load(60_000, {
      'cache_hits_total{target=a}': '90000 90900 _ 0 900 1800',
      'cache_misses_total{target=a}': '9000 9100 _ 0 100 200',
    })
    const answer = measure('cache_hit_ratio', { target: 'a' }, window)
    expect(answer).toMatchObject({ is: 'measured', value: 0.9 })
  })
  test("is of the target's own counters, not of their parts too", () => {
    const window = load(1000, {
      'cache_hits_total{target=a}': '0+90x20',
      'cache_misses_total{target=a}': '0+10x20',
      'cache_hits_total{target=a,pattern=p}': '0+10x20',
      'cache_misses_total{target=a,pattern=p}': '0+10x20',
    })
    expect(figureOf(measure('cache_hit_ratio', { target: 'a' }, window))).toBe(0.9)
    expect(figureOf(measure('cache_hit_ratio', { target: 'a', pattern: 'p' }, window))).toBe(0.5)
    expect(figureOf(measure('cache_read_rate', { target: 'a' }, window))).toBe(100)
  })
  test('of several targets is of all their reads', () => {
    const window = load(1000, {
      'cache_hits_total{target=a}': '0+90x20',
      'cache_misses_total{target=a}': '0+10x20',
      'cache_hits_total{target=b}': '0+0x20',
      'cache_misses_total{target=b}': '0+100x20',
    })
    expect(figureOf(measure('cache_hit_ratio', {}, window))).toBe(0.45)
  })
  test('needs reads and misses', () => {
    expect(
      because(measure('cache_hit_ratio', {}, load(1000, { 'cache_hits_total{target=a}': '0x20', 'cache_misses_total{target=a}': '0x20' }))),
    ).toBe('0 reads; 30 needed')
    expect(because(measure('cache_hit_ratio', {}, load(1000, { 'cache_hits_total{target=a}': '0+9x20' })))).toBe('misses are not reported')
  })
  test('holds the truth about 19 times in 20 under noise that lasts for seconds', () => {
    const random = randomOf(5)
    let inside = 0
    const rounds = 400
    for (let round = 0; round < rounds; round++) {
      let drift = 0
      const hits: number[] = []
      const misses: number[] = []
      for (let i = 0; i < 60; i++) {
        drift = 0.7 * drift + 0.02 * normal(random)
        const ratio = Math.min(1, Math.max(0, 0.88 + drift))
        const reads = Math.round(150 * (1 + 0.2 * normal(random)))
        hits.push(Math.max(0, Math.round(reads * ratio)))
        misses.push(Math.max(0, reads - Math.round(reads * ratio)))
      }
      const answer = measure(
        'cache_hit_ratio',
        { target: 'a' },
        load(1000, { 'cache_hits_total{target=a}': counter(hits), 'cache_misses_total{target=a}': counter(misses) }),
      )
      if (answer.is === 'measured' && answer.low <= 0.88 && 0.88 <= answer.high) inside++
    }
    expect(inside / rounds).toBeGreaterThan(0.91)
  })
})

test('rates of events are never surer than chance allows', () => {
  const window = load(1000, { 'cache_evictions_total{target=a}': '5x60' })
  const answer = measure('cache_eviction_rate', { target: 'a' }, window)
  expect(answer).toMatchObject({ is: 'measured', value: 0, low: 0, count: 0 })
  expect(answer.is === 'measured' && answer.high).toBeGreaterThan(0.01)
})

describe('memory', () => {
  test('is used over allowed', () =>
    expect(
      figureOf(
        measure(
          'cache_memory_ratio',
          { target: 'a' },
          load(1000, { 'cache_memory_used_bytes{target=a}': '50x20', 'cache_memory_max_bytes{target=a}': '200x20' }),
        ),
      ),
    ).toBe(0.25))
  test('without a limit has no ratio', () =>
    expect(
      because(
        measure(
          'cache_memory_ratio',
          { target: 'a' },
          load(1000, { 'cache_memory_used_bytes{target=a}': '50x20', 'cache_memory_max_bytes{target=a}': '0x20' }),
        ),
      ),
    ).toBe('a has no memory limit'))
})

describe("a pool's response", () => {
  const servers = {
    'pool_response_seconds{target=edge,pool=app,server=s1}': '0.02x30',
    'pool_response_seconds{target=edge,pool=app,server=s2}': '0.16x30',
    'pool_requests_total{target=edge,pool=app,server=s1}': '0+90x30',
    'pool_requests_total{target=edge,pool=app,server=s2}': '0+10x30',
  }
  const where = { target: 'edge', pool: 'app' }
  test('without a row of its own is its servers, weighted with their requests', () => {
    expect(figureOf(measure('pool_response_seconds', where, load(1000, servers)))).toBeCloseTo(0.034)
    expect(figureOf(measure('pool_response_seconds', { ...where, server: 's2' }, load(1000, servers)))).toBeCloseTo(0.16)
  })
  test('is its own row where there is one', () => {
    const window = load(1000, {
      ...servers,
      'pool_response_seconds{target=edge,pool=app}': '0.05x30',
      'pool_requests_total{target=edge,pool=app}': '0+100x30',
    })
    expect(figureOf(measure('pool_response_seconds', where, window))).toBeCloseTo(0.05)
  })
  test('of idle servers is not judged', () => {
    const idle = { 'pool_response_seconds{target=edge,pool=app}': '0.05x30', 'pool_requests_total{target=edge,pool=app}': '7x30' }
    expect(because(measure('pool_response_seconds', where, load(1000, idle)))).toBe('0 requests; 30 needed')
  })
  test('without counted requests is the mean over time', () =>
    expect(
      figureOf(measure('pool_response_seconds', where, load(1000, { 'pool_response_seconds{target=edge,pool=app}': '0.05x29' }))),
    ).toBeCloseTo(0.05))
  test('that is smoothed, as HAProxy does, is freed of the time before the window', () => {
    // HAProxy's own arithmetic (include/haproxy/freq_ctr.h, swrate_add and swrate_avg), whole milliseconds; 20 ms until the change, then 50.
    const random = randomOf(6)
    const means: number[] = []
    const counts: number[] = []
    let sum = 0
    let requests = 0
    let truth = 0
    let after = 0
    for (let poll = 0; poll < 90; poll++) {
      for (let n = Math.round(30 + 3 * normal(random)); n > 0; n--) {
        const ms = Math.max(0, Math.round((poll > 50 ? 50 : 20) + 4 * normal(random)))
        requests++
        sum = requests <= 512 ? sum + ms : sum - Math.ceil(sum / 512) + ms
        if (poll > 50) {
          truth += ms
          after++
        }
      }
      counts.push(requests)
      means.push(Math.ceil(sum / Math.min(512, requests)) / 1000)
    }
    const smoothed = load(1000, {
      'pool_response_seconds{target=edge,pool=app}': means,
      'pool_requests_total{target=edge,pool=app}': counts,
      'pool_response_smoothing{target=edge,pool=app}': '512x89',
    })
    const window = smoothed.between(smoothed.from + 50_000, smoothed.to)
    const answer = measure('pool_response_seconds', where, window)
    expect(figureOf(answer)).toBeGreaterThan((truth / after - 1) / 1000)
    expect(figureOf(answer)).toBeLessThan((truth / after + 2) / 1000)
    expect(answer.is === 'measured' && answer.low < truth / after / 1000 && truth / after / 1000 < answer.high).toBe(true)
    expect(figureOf(measure('pool_response_seconds', where, smoothed.between(smoothed.from, smoothed.from + 50_000)))).toBeCloseTo(0.02, 2)
  })
})

describe('balance', () => {
  const pool = (weights: string[], rates: number[]) =>
    load(
      1000,
      Object.fromEntries(
        weights.flatMap((weight, i) => [
          [`pool_weight_effective{target=edge,pool=app,server=s${i}}`, `${weight}x30`],
          [`pool_requests_total{target=edge,pool=app,server=s${i}}`, `0+${rates[i]}x30`],
        ]),
      ),
    )
  const where = { target: 'edge', pool: 'app' }
  test('is held against the weights', () => {
    expect(figureOf(measure('pool_imbalance', where, pool(['1', '3'], [10, 30])))).toBeCloseTo(1)
    expect(figureOf(measure('pool_imbalance', where, pool(['1', '1'], [10, 30])))).toBeCloseTo(1.5)
    expect(figureOf(measure('pool_share', { ...where, server: 's1' }, pool(['1', '1'], [10, 30])))).toBeCloseTo(0.75)
  })
  test('is the same of all servers at once', () => {
    const window = pool(['1', '1', '0'], [10, 30, 5])
    const all = shares(where, window)
    for (const server of ['s0', 's1', 's2']) expect(all.get(server)).toEqual(measure('pool_share', { ...where, server }, window))
    expect([...all.keys()]).toEqual(['s0', 's1', 's2'])
  })
  test('leaves out servers without weight', () =>
    expect(figureOf(measure('pool_imbalance', where, pool(['1', '1', '0'], [10, 10, 0])))).toBeCloseTo(1))
  test('is not judged of one server or few requests', () => {
    expect(because(measure('pool_imbalance', where, pool(['1'], [10])))).toBe('1 server takes traffic')
    expect(because(measure('pool_imbalance', where, pool(['1', '1'], [0.1, 0.1])))).toMatch(/^6 requests; 30 needed/)
  })
})

test('errors are of all requests', () => {
  const window = load(1000, {
    'pool_requests_total{target=edge,pool=app,server=s1}': '0+10x30',
    'pool_errors_total{target=edge,pool=app,server=s1}': '0+3x30',
  })
  expect(measure('pool_error_ratio', { target: 'edge', pool: 'app', server: 's1' }, window)).toMatchObject({ value: 0.3, count: 300 })
})

test("a ring's imbalance is the largest share over the mean", () => {
  const window = load(1000, {
    'ring_share_seen{ring=products,node=a}': '0.2x30',
    'ring_share_seen{ring=products,node=b}': '0.3x30',
    'ring_share_seen{ring=products,node=c}': '0.5x30',
    'ring_share_seen{ring=products,node=gone}': '0.5x3 stale',
  })
  expect(figureOf(measure('ring_imbalance', { ring: 'products' }, window))).toBeCloseTo(1.5)
  expect(figureOf(measure('ring_share_seen', { ring: 'products', node: 'c' }, window))).toBeCloseTo(0.5)
  expect(because(measure('ring_imbalance_owned', { ring: 'products' }, window))).toMatch(/not reported/)
})

describe('any other metric', () => {
  const window = load(1000, {
    'redis_foo_total{target=a}': '0+5x30',
    'pool_sessions{target=e,pool=p,server=1}': '4x30',
    'pool_sessions{target=e,pool=p,server=2}': '6x30',
    'pool_connect_seconds{target=e,pool=p,server=1}': '0.1x30',
    'pool_connect_seconds{target=e,pool=p,server=2}': '0.3x30',
  })
  test('is a rate, a sum or a mean', () => {
    expect(figureOf(measure('redis_foo_total', {}, window))).toBe(5)
    expect(figureOf(measure('pool_sessions', { pool: 'p' }, window))).toBe(10)
    expect(figureOf(measure('pool_connect_seconds', { pool: 'p' }, window))).toBeCloseTo(0.2)
  })
})
