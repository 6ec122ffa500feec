import { afterEach, describe, expect, test } from 'vitest'
import type { Finding } from '../model/finding.ts'
import type { Store } from '../model/store.ts'
import { createStore } from './store.ts'

let store: Store
afterEach(() => store.close())
const open = () => {
  store = createStore({ path: ':memory:' })
  return store
}

const finding = (id: string, more: Partial<Finding> = {}): Finding => ({
  id,
  rule: 'cache/restart',
  severity: 'info',
  state: 'firing',
  subject: { target: 'a' },
  summary: '',
  evidence: [],
  since: 1,
  seenAt: 1,
  ...more,
})

describe('samples', () => {
  test('are found by their labels, with the target added', () => {
    open()
    for (let i = 0; i < 5; i++)
      store.append(
        'edge',
        i * 1000,
        [
          { metric: 'pool_requests_total', labels: { pool: 'app', server: 'app1' }, value: i * 10 },
          { metric: 'pool_requests_total', labels: { pool: 'app', server: 'app2' }, value: i },
          { metric: 'up', value: 1 },
          { metric: 'up', labels: { target: 'other' }, value: 0 },
        ],
        1000,
      )
    const window = store.window(1000, 3000)
    expect(window.series('pool_requests_total')).toHaveLength(2)
    const [app1] = window.series('pool_requests_total', { server: 'app1' })
    expect({ ...app1!, points: app1!.points }).toEqual({
      metric: 'pool_requests_total',
      labels: { target: 'edge', pool: 'app', server: 'app1' },
      stepMs: 1000,
      points: [
        [1000, 10],
        [2000, 20],
        [3000, 30],
      ],
    })
    expect(window.series('up', { target: 'other' })[0]!.points[0]).toEqual([1000, 0])
    expect(window.series('up', { target: 'edge' })[0]!.points[0]).toEqual([1000, 1])
    expect(store.newestAt()).toBe(4000)
    expect(store.catalog(4000).map((entry) => entry.metric)).toEqual(['pool_requests_total', 'up'])
    expect(store.catalog(4001)).toEqual([])
    store.forget(5000)
    expect(store.window(0, 9000).series('up')).toEqual([])
  })

  test('that are late, doubled or no number are left out', () => {
    open()
    for (const [at, value] of [
      [1000, 1],
      [1000, 2],
      [500, 3],
      [2000, Number.NaN],
      [3000, Number.POSITIVE_INFINITY],
      [4000, -0],
    ])
      store.append('a', at!, [{ metric: 'x', value: value! }], 1000)
    expect(store.window(0, 9000).series('x')[0]!.points).toEqual([
      [1000, 1],
      [4000, 0],
    ])
  })

  test('a poll that changes its order or its series is told apart', () => {
    open()
    const read = (at: number, ...values: [string, number][]) =>
      store.append(
        'a',
        at,
        values.map(([server, value]) => ({ metric: 'x', labels: { server }, value })),
        1000,
      )
    read(1000, ['s1', 1], ['s2', 2], ['s3', 3])
    read(2000, ['s1', 1], ['s3', 3])
    read(3000, ['s2', 2], ['s1', 1])
    read(4000, ['s1', 1], ['s2', 2], ['s3', 3])
    for (const server of ['s1', 's2', 's3']) {
      const values = store
        .window(0, 9000)
        .series('x', { server })[0]!
        .points.map((point) => point[1])
      expect(new Set(values)).toEqual(new Set([Number(server[1])]))
    }
  })

  test('hostile labels are only text', () => {
    open()
    const values = ['', '"', "'; DROP TABLE series; --", '\u0000', 'a\u0000b', '\ud800', '{x="y"}', '__proto__', '🦔', 'x'.repeat(5_000)]
    for (const [i, server] of values.entries()) store.append('a', 1000, [{ metric: 'x', labels: { server }, value: i }], 1000)
    for (const [i, server] of values.entries()) expect(store.window(0, 2000).series('x', { server })[0]!.points).toEqual([[1000, i]])
    expect(store.window(0, 2000).series('x')).toHaveLength(values.length)
  })
})

describe('a query', () => {
  test('without a step gives the samples and breaks at gaps', () => {
    open()
    for (const at of [0, 1000, 2000, 7000, 8000]) store.append('a', at, [{ metric: 'x_total', value: at / 100 }], 1000)
    expect(store.query({ metric: 'x_total', labels: {}, from: 0, to: 9000 })[0]!.points).toEqual([
      [0, 0],
      [1000, 10],
      [2000, 20],
      [4500, null],
      [7000, 70],
      [8000, 80],
    ])
    expect(store.query({ metric: 'x_total', labels: {}, from: 0, to: 9000, rate: true })[0]!.points).toEqual([
      [1000, 10],
      [2000, 10],
      [5000, null],
      [8000, 10],
    ])
  })

  test('with a step gives buckets: means, last readings, rates; null where nothing was seen', () => {
    open()
    for (const [at, value] of [
      [500, 0],
      [1500, 10],
      [2500, 20],
      [3500, 5],
      [9500, 100],
    ] as const)
      store.append(
        'a',
        at,
        [
          { metric: 'x_total', value },
          { metric: 'g', value },
        ],
        1000,
      )
    const query = (metric: string, rate: boolean) =>
      store.query({ metric, labels: { target: 'a' }, from: 0, to: 10_000, stepMs: 2000, rate })[0]!.points
    expect(query('g', false)).toEqual([
      [0, 5],
      [2000, 12.5],
      [4000, null],
      [6000, null],
      [8000, 100],
    ])
    expect(query('x_total', false).map((point) => point[1])).toEqual([10, 5, null, null, 100])
    const rated = query('x_total', true)
    expect(rated[0]![1]).toBe(10)
    // From 2.5 s to the restart's 5, and half of the step before: 10 in the 1.5 s that were seen.
    expect(rated[1]![1]).toBeCloseTo(10 / 1.5)
    expect(rated.slice(2).map((point) => point[1])).toEqual([null, null, null])
  })

  test('a late poll leaves no hole', () => {
    open()
    for (const at of [0, 990, 2010, 3000]) store.append('a', at, [{ metric: 'g', value: at }], 1000)
    expect(store.query({ metric: 'g', labels: {}, from: 0, to: 3999, stepMs: 1000 })[0]!.points).toEqual([
      [0, 495],
      [1000, 990],
      [2000, 2010],
      [3000, 3000],
    ])
  })

  test('nor where a long time is drawn', () => {
    const HOUR = 3_600_000
    let now = 0
    store = createStore({ path: ':memory:', now: () => now, windowMs: 60_000 })
    for (let poll = 1; poll <= 14 * 360; poll++) {
      // Each tenth poll fails, and each comes some ms early or late.
      now = poll * 10_000 + ((poll * 7) % 11) - 5
      if (poll % 10 > 0) store.append('a', now, [{ metric: 'g', value: poll }], 10_000)
      if (poll % 60 === 0) store.tick(now)
    }
    for (const stepMs of [10_000, 20_000, 30_000]) {
      const [drawn] = store.query({ metric: 'g', labels: {}, from: 2 * HOUR, to: 10 * HOUR, stepMs })
      // What comes after the last bucket is not asked for.
      expect(drawn!.points.slice(0, -1).filter(([, value]) => value === null)).toEqual([])
    }
  })
})

describe('documents', () => {
  test('are copies or frozen, newest first, and stand in the order of their first put', () => {
    open()
    const first = finding('1')
    store.findings.put(first)
    store.findings.put(finding('2', { state: 'resolved' }))
    first.summary = 'changed after it was put'
    expect(store.findings.get('1')!.summary).toBe('')
    store.findings.put(first)
    expect(store.findings.list().map((document) => document.id)).toEqual(['2', '1'])
    expect(store.findings.list((document) => document.state === 'firing').map((document) => document.id)).toEqual(['1'])
    expect(() => Object.assign(store.findings.list()[0]!, { summary: 'mine' })).toThrow(TypeError)
    expect(() => store.findings.list()[0]!.evidence.push({} as never)).toThrow(TypeError)
    store.findings.get('2')!.summary = 'mine'
    expect(store.findings.get('2')!.summary).toBe('')
    expect(store.findings.delete('2')).toBe(true)
    expect(store.findings.delete('2')).toBe(false)
    expect(store.findings.get('2')).toBeNull()
  })
  test('memory keeps small things', () => {
    open()
    store.memory.put('cursor/a', { n: 1 })
    store.memory.put('cursor/b', 'x')
    store.memory.put('mode', null)
    expect(store.memory.get('cursor/a')).toEqual({ n: 1 })
    expect(store.memory.keys('cursor/')).toEqual(['cursor/a', 'cursor/b'])
    store.memory.delete('cursor/a')
    expect(store.memory.get('cursor/a')).toBeNull()
  })
})

test('records are bounded, newest first, and replaced by id', () => {
  open()
  for (let i = 0; i < 3_000; i++) store.putRecords('a', [{ kind: 'slow', id: String(i), at: i, durationUs: i, command: ['GET', '\u0000'] }])
  store.putRecords('a', [{ kind: 'fact', id: 'run_id', at: 1, value: 'x' }])
  store.putRecords('a', [{ kind: 'fact', id: 'run_id', at: 2, value: 'y' }])
  store.tick(3_000)
  const slow = store.records('slow', 'a')
  expect(slow.length).toBeLessThanOrEqual(1_200)
  expect(slow[0]).toMatchObject({ id: '2999', target: 'a' })
  expect(store.records('slow', 'b')).toEqual([])
  expect(store.records('fact')).toEqual([{ kind: 'fact', target: 'a', id: 'run_id', at: 2, value: 'y' }])
})
