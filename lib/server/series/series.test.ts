import { describe, expect, it } from 'vitest'
import { metrics } from '../../metrics/registry.ts'
import { createStore } from '../../store/store.ts'
import { createLog } from '../log.ts'
import { querySeries, type SeriesQuestion } from './series.ts'

const S = 1_000
const END = 60 * S

function filled() {
  const store = createStore({ path: ':memory:', now: () => END })
  for (let second = 0; second <= 60; second++) {
    const at = second * S
    const add = (target: string, readings: [metric: string, value: number, labels?: Record<string, string>][]) =>
      store.append(
        target,
        at,
        readings.map(([metric, value, labels]) => ({ metric, value, ...(labels && { labels }) })),
        S,
      )
    for (const target of ['a', 'b'])
      add(target, [
        ['cache_hits_total', second * 90],
        ['cache_misses_total', second * 10],
        ['cache_memory_used_bytes', target === 'a' ? 30 : 60],
        ['cache_memory_max_bytes', target === 'a' ? 40 : 0],
      ])
    add('ring:r', [
      ['ring_share_seen', 0.5, { ring: 'r', node: 'x' }],
      ['ring_share_seen', 0.25, { ring: 'r', node: 'y' }],
      ['ring_share_seen', 0.25, { ring: 'r', node: 'z' }],
      ['ring_hits_total', second * 60, { ring: 'r' }],
      ['ring_misses_total', second * 40, { ring: 'r' }],
    ])
    add('edge', [
      ['pool_requests_total', second * 40, { pool: 'app' }],
      ['pool_requests_total', second * 30, { pool: 'app', server: 'app1' }],
      ['pool_weight_effective', 100, { pool: 'app', server: 'app1' }],
      ['pool_requests_total', second * 10, { pool: 'app', server: 'app2' }],
      ['pool_weight_effective', 100, { pool: 'app', server: 'app2' }],
    ])
    store.tick(at)
  }
  return store
}
const store = filled()

async function drawn(metric: string, labels: Record<string, string>, more: Partial<SeriesQuestion> = { stepMs: 10 * S }) {
  const out = []
  const asked = { metric, labels, from: 10 * S, to: 50 * S, ...more }
  for await (const one of querySeries({ store, now: () => END, config: { poll: { everyMs: S } }, log: createLog() }, asked)) out.push(one)
  return out
}
const valuesOf = (series: Awaited<ReturnType<typeof drawn>>) =>
  series.flatMap(({ points }) => points.flatMap(([, value]) => (value === null ? [] : [value])))
/** Every value of a line that has some, as one. */
const level = (values: number[]) => {
  expect(values.length).toBeGreaterThan(2)
  for (const value of values) expect(value).toBeCloseTo(values[0]!)
  return values[0]!
}

describe('the history of a metric that is not stored', () => {
  it('of a hit ratio is computed of its two counters, rates come under their own names', async () => {
    expect(level(valuesOf(await drawn('cache_hit_ratio', { target: 'a' })))).toBeCloseTo(0.9)
    expect(level(valuesOf(await drawn('cache_miss_rate', { target: 'a' })))).toBeCloseTo(10)
    expect(level(valuesOf(await drawn('cache_read_rate', { target: 'a' })))).toBeCloseTo(100)
  })

  it('of memory in use is a line of each target that has a limit', async () => {
    const series = await drawn('cache_memory_ratio', {})
    expect(series.map(({ labels }) => labels)).toEqual([{ target: 'a' }])
    expect(level(valuesOf(series))).toBeCloseTo(0.75)
  })

  it('of a ring is max over mean', async () => {
    const series = await drawn('ring_imbalance', { ring: 'r' })
    expect(series.map(({ labels }) => labels)).toEqual([{ ring: 'r' }])
    expect(level(valuesOf(series))).toBeCloseTo(1.5)
    expect(level(valuesOf(await drawn('ring_hit_ratio', { ring: 'r' })))).toBeCloseTo(0.6)
  })

  it('of a pool is the part that each of its servers takes, and how uneven that is', async () => {
    const shares = await drawn('pool_share', { target: 'edge', pool: 'app' })
    expect(shares.map(({ labels }) => labels.server).sort()).toEqual(['app1', 'app2'])
    for (const one of shares) expect(level(valuesOf([one]))).toBeCloseTo(one.labels.server === 'app1' ? 0.75 : 0.25)
    // Of one server alone: its part of all requests, as it is measured.
    const [one, ...others] = await drawn('pool_share', { target: 'edge', pool: 'app', server: 'app1' })
    expect(level(valuesOf([one!]))).toBeCloseTo(0.75)
    expect(others).toEqual([])
    const imbalance = await drawn('pool_imbalance', { target: 'edge' })
    expect(imbalance.map(({ labels }) => labels)).toEqual([{ target: 'edge', pool: 'app' }])
    expect(level(valuesOf(imbalance))).toBeCloseTo(1.5)
    // A bucket of two seconds would hold too few requests: it is made longer.
    expect(level(valuesOf(await drawn('pool_imbalance', { target: 'edge' }, { stepMs: 2 * S })))).toBeCloseTo(1.5)
  })

  it('is no line where nothing was measured', async () => {
    expect(await drawn('pool_imbalance', { target: 'edge', pool: 'other' })).toEqual([])
    expect(await drawn('cache_hit_ratio', { target: 'other' })).toEqual([])
    for (const { name } of metrics) expect(await drawn(name, { target: 'nobody' }), name).toEqual([])
  })
})

it('draws what is stored as it is stored', async () => {
  expect((await drawn('cache_memory_used_bytes', { target: 'a' }, {}))[0]!.points).toHaveLength(41)
  expect(level(valuesOf(await drawn('cache_hits_total', { target: 'a' }, { rate: true, stepMs: 10 * S })))).toBeCloseTo(90)
  expect(valuesOf(await drawn('cache_hits_total', { target: 'a' }))[0]).toBeGreaterThan(90)
})

it('gives a day of which no step was asked in minutes, and a longer one in as many points', async () => {
  const stepOf = async (days: number) => {
    const [one] = await drawn('cache_memory_used_bytes', { target: 'a' }, { from: END - days * 86_400 * S, to: END })
    return one!.points[1]![0] - one!.points[0]![0]
  }
  expect(await stepOf(1)).toBe(60 * S)
  expect(await stepOf(30)).toBe(1_800 * S)
})

it('says what is wrong with a question before it draws', () => {
  const seen = { store, now: () => END, config: { poll: { everyMs: S } }, log: createLog() }
  expect(() => querySeries(seen, { metric: 'x', from: 5, to: 5 })).toThrow('from: must be before to.')
  expect(() => querySeries(seen, { metric: 'x', from: 0, to: 86_400_000, stepMs: S })).toThrow('use a step of at least 7855 ms')
})
