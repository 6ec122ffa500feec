import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createStore } from './store.ts'

const START = 1_800_000_000_000
const METRICS = ['cache_hits_total', 'cache_items', 'cache_memory_used_bytes']
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-refill-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

let now = START
const open = (readMost: number, path = folder) => createStore({ path, now: () => now, windowMs: 120_000, chunkMs: 40_000, readMost })
type Store = ReturnType<typeof open>

function pass(store: Store, seconds: number): void {
  for (let i = 0; i < seconds; i++) {
    now += 1_000
    const second = (now - START) / 1_000
    for (const target of ['a', 'b'])
      store.append(
        target,
        now,
        METRICS.map((metric, n) => ({ metric, value: n === 0 ? second * 10 : n })),
        1_000,
      )
    store.tick(now)
  }
}

/** All that a rule and a page may ask. */
const seen = (store: Store) => ({
  window: METRICS.map((metric) =>
    store
      .window(now - 100_000, now)
      .series(metric)
      .map(({ labels, points }) => [labels, points]),
  ),
  newest: store
    .window(now - 5_000, now)
    .series('cache_hits_total')
    .map(({ newest }) => newest),
  early: store
    .window(START, START + 50_000)
    .series('cache_hits_total')
    .map(({ points }) => points),
  drawn: store.query({ metric: 'cache_hits_total', labels: {}, from: START, to: now }),
  coarse: store.query({ metric: 'cache_hits_total', labels: {}, from: START, to: now, stepMs: 20_000, rate: true }),
  catalog: store.catalog(START),
})

it('a start that reads the windows of many series later shows and goes on with the same', () => {
  now = START
  const first = open(1_000)
  pass(first, 300)
  first.close()
  const atOnce = open(1_000)
  const wanted = seen(atOnce)
  expect(wanted.window[0]![0]![1]).toHaveLength(101)
  atOnce.close()
  const later = open(0)
  expect(later.newestAt()).toBe(now)
  expect(seen(later)).toEqual(wanted)
  later.close()

  // One that is polled before anybody looks.
  const polled = open(0)
  pass(polled, 30)
  const then = seen(polled)
  polled.close()
  const again = open(1_000)
  expect(seen(again)).toEqual(then)
  again.close()
})

it('what a crash has left in recovery rows comes behind what is read later', () => {
  now = START
  const crashed = open(1_000)
  pass(crashed, 200)
  // As the files stand while it runs: nothing was closed.
  const [first, second] = [`${folder}-first`, `${folder}-second`]
  for (const copy of [first, second]) cpSync(folder, copy, { recursive: true })
  crashed.close()
  const atOnce = open(1_000, first)
  const wanted = seen(atOnce)
  expect(wanted.window[0]![0]![1]).toHaveLength(101)
  atOnce.close()
  const later = open(0, second)
  expect(seen(later)).toEqual(wanted)
  later.close()
  for (const copy of [first, second]) rmSync(copy, { recursive: true })
})
