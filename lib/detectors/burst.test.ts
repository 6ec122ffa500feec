import { describe, expect, test } from 'vitest'
import { judge, load } from '../../test/series.ts'
import { burstOf } from './burst.ts'
import { hitRatioDrop } from './cache/hit-ratio-drop.ts'

const TTL = 90
const BURST = 300
const BURST_LASTS = 20
/** When the keys of the burst end, and what is looked at. */
const ECHO = BURST + TTL
const LOOK = ECHO + 12

type Day = { burst: number; reads: number; missed: (t: number) => number; ended: (t: number) => number; keys: (t: number) => number }

const isEcho = (t: number) => t >= ECHO && t < ECHO + BURST_LASTS
const fallen = (t: number) => Math.max(0, Math.min(t, ECHO + BURST_LASTS) - ECHO)

/** A cache that is asked for `reads` a second, with a burst at 300 s whose keys end one TTL later. */
function day(of: Partial<Day> = {}) {
  const { burst, reads, missed, ended, keys }: Day = {
    burst: 50,
    reads: 50,
    missed: (t) => (isEcho(t) ? 18 : 10),
    ended: (t) => (isEcho(t) ? 42 : 10),
    keys: (t) => 1_500 - 24 * fallen(t),
    ...of,
  }
  const counts = { hits: [0], misses: [0], expirations: [0], items: [keys(0)] }
  for (let t = 1; t <= LOOK; t++) {
    const inBurst = t >= BURST && t < BURST + BURST_LASTS
    const next = (column: number[], by: number) => column.push(by + column.at(-1)!)
    next(counts.hits, inBurst ? 4 * burst : reads - missed(t))
    next(counts.misses, inBurst ? burst : missed(t))
    next(counts.expirations, ended(t))
    counts.items.push(keys(t))
  }
  return load(1_000, {
    'cache_hits_total{target=a}': counts.hits,
    'cache_misses_total{target=a}': counts.misses,
    'cache_expirations_total{target=a}': counts.expirations,
    'cache_items{target=a}': counts.items,
  })
}
const found = (of?: Partial<Day>) => judge(hitRatioDrop, day(of))
const alarm = [{ is: 'found', severity: 'warning' }]

describe('the fall of the hit ratio one TTL after a burst of reads', () => {
  test('is a note that says when the burst was', () =>
    expect(found()).toMatchObject([
      {
        is: 'found',
        severity: 'info',
        summary: expect.stringMatching(/it is the echo of its burst of reads 1.min (?:2\d|3\d).s ago, whose keys end together/),
      },
    ]))
  test('is an alarm where more reads miss than keys end: new keys, or deletions', () => {
    expect(found({ ended: (t) => (isEcho(t) ? 15 : 10) })).toMatchObject(alarm)
  })
  test('is an alarm where a larger part of the hits is gone than of the keys', () => {
    expect(found({ keys: () => 1_500 })).toMatchObject(alarm)
    expect(found({ keys: (t) => 1_500 - 2 * fallen(t) })).toMatchObject(alarm)
  })
  test('is an alarm where more is missed than in the burst, or where there was none', () => {
    expect(found({ burst: 14 })).toMatchObject(alarm)
    expect(found({ burst: 10 })).toMatchObject(alarm)
  })
})

test('only a burst of the last lives of keys is one, by what ends a second and how many keys there are', () => {
  const fall = (window: ReturnType<typeof day>) => burstOf(window, { target: 'a' }, { begin: window.to - 12_000, before: 0.8 })
  expect(fall(day())).toMatchObject({ is: 'burst of reads' })
  // 300 keys of which ten end a second live for half a minute.
  expect(fall(day({ keys: (t) => 300 - 5 * fallen(t) }))).toBeNull()
})

test('where ends, keys or misses are not counted no fall is an echo', () => {
  const without = load(1_000, { 'cache_hits_total{target=a}': '0+40x90', 'cache_misses_total{target=a}': '0+10x90' })
  expect(burstOf(without, { target: 'a' }, { begin: without.to - 5_000, before: 0.9 })).toBeNull()
})
