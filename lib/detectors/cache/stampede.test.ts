import { describe, expect, test } from 'vitest'
import { cacheDay, Tape } from '../../../test/normal.ts'
import { RECORDED, recording, replay, windowOfRecording } from '../../../test/replay.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import type { TargetAbilities } from '../../model/topology.ts'
import { stampede } from './stampede.ts'

/** A quarter of the reads miss one key for the two seconds that the origin takes, then all of them put it. */
function fired(perSecond: number, seed: number) {
  const tape = new Tape()
  cacheDay(tape, 'a', { seed, seconds: 220 }, perSecond, (t, now) => {
    if (t === 120 || t === 121) now.hitRatio -= 0.25
    if (t === 122 || t === 123) now.duplicates = Math.round(0.25 * perSecond)
  })
  return replay(stampede, tape.window(220))
}

test.each([
  [60, 10],
  [170, 6],
  [700, 5],
])('at %i reads/s a key with a quarter of the reads is told within %i s of its end', (perSecond, within) => {
  for (let seed = 1; seed <= 8; seed++) {
    const [only, ...more] = fired(perSecond, seed)
    expect(more).toEqual([])
    expect(only, `seed ${seed}`).toBeDefined()
    expect(only!.at - FROM).toBeGreaterThanOrEqual(122_000)
    expect(only!.at - FROM).toBeLessThanOrEqual(120_000 + within * 1000)
    expect(only!.resolvedAt! - FROM).toBeLessThanOrEqual(170_000)
  }
})
test('nothing in what was recorded of other faults and of normal traffic', () => {
  for (const name of RECORDED) expect(replay(stampede, windowOfRecording(recording(name))), name).toEqual([])
})

const lines = (fills: string, items: string, misses: string, more: Record<string, string> = {}) => ({
  'cache_writes_total{target=a}': fills,
  'cache_items{target=a}': items,
  'cache_misses_total{target=a}': misses,
  'cache_expirations_total{target=a}': '0+20x60',
  'cache_evictions_total{target=a}': '0x60',
  ...more,
})
describe('of memcached, whose crawler takes keys away before it counts them', () => {
  type Second = { fills: number; missed?: number; gone: number; counted: number }
  const even: Second = { fills: 20, gone: 20, counted: 20 }
  const told = (newest: readonly Second[], can: TargetAbilities = { countsEndsLate: true }) => {
    const all: Record<'fills' | 'missed' | 'items' | 'ends' | 'evicted', number[]> = { fills: [0], missed: [0], items: [900], ends: [0], evicted: [0] } // biome-ignore format: one line
    const grow = (name: keyof typeof all, by: number) => all[name].push(all[name].at(-1)! + by)
    for (const { fills, missed = fills + 2, gone, counted } of [...Array.from({ length: 50 }, () => even), ...newest]) {
      grow('fills', fills)
      grow('missed', missed)
      grow('items', fills - gone)
      grow('ends', counted)
      grow('evicted', 0)
    }
    const series = {
      'cache_writes_total{target=a}': all.fills,
      'cache_misses_total{target=a}': all.missed,
      'cache_items{target=a}': all.items,
      'cache_expirations_total{target=a}': all.ends,
      'cache_evictions_total{target=a}': all.evicted,
    }
    return judge(stampede, load(1000, series), {
      targets: [{ name: 'a', kind: 'x', can, role: 'cache', state: 'up', capabilities: [] }],
    })[0]!.is
  }
  test('a poll amid its pass is none', () => {
    const torn = [{ ...even, gone: 45 }, { ...even, counted: 45 }, even]
    expect([1, 2, 3].map((polls) => told(torn.slice(0, polls)))).toEqual(['clear', 'clear', 'clear'])
    expect(told(torn.slice(0, 1), {})).toBe('found')
  })
  test('what the next poll does not take back is one', () => expect(told([{ ...even, gone: 45 }, even])).toBe('found'))
})
test('a batch that overwrites without reading is none', () =>
  expect(judge(stampede, load(1000, lines('0+20x56 2000 3000 4000 5000', '900x60', '0+20x60')))).toMatchObject([{ is: 'clear' }]))
test('an application that always overwrites has its own normal', () =>
  expect(judge(stampede, load(1000, lines('0+120x60', '900x60', '0+120x60')))).toMatchObject([{ is: 'clear' }]))
test('what was deleted and put again is no duplicate', () =>
  expect(
    judge(
      stampede,
      load(1000, lines('0+20x50 1100+100x9', '900x60', '0+100x60', { 'cache_commands_total{target=a,command=del}': '0x50 80+80x9' })),
    ),
  ).toMatchObject([{ is: 'clear' }]))
test('a restart, short history and missing counters', () => {
  expect(judge(stampede, load(1000, lines('9000+20x50 0+300x9', '900x50 0x9', '9000+20x50 0+300x9')))).toMatchObject([{ is: 'unjudged' }])
  expect(judge(stampede, load(1000, { 'cache_misses_total{target=a}': '0+9x30' }))).toMatchObject([{ is: 'unjudged' }])
  expect(judge(stampede, load(1000, lines('0+20x8', '900x8', '0+20x8', { x: '0x8' })))).toMatchObject([{ is: 'unjudged' }])
})

test('keys that leave with their slot are no duplicates, however few or many; more than all fills can never be', () => {
  // 50 or 800 keys a second leave, while 100 readers a second miss and fill.
  for (const left of ['94030+30x9', '93280-720x9']) {
    const series = lines('0+100x60', `90000+80x50 ${left}`, '0+100x60')
    expect(judge(stampede, load(1000, series))).toMatchObject([{ is: left.includes('+') ? 'found' : 'clear' }])
    const moving = { ...series, 'cache_commands_total{target=a,command=migrate}': '0x50 0+5x9' }
    expect(judge(stampede, load(1000, moving))).toMatchObject([{ is: 'unjudged', because: expect.stringMatching(/slots/) }])
    const open = { ...series, 'redis_cluster_slots_migrating{target=a}': '0x50 1x9' }
    expect(judge(stampede, load(1000, open))).toMatchObject([{ is: 'unjudged', because: expect.stringMatching(/slots/) }])
  }
})
