import { describe, expect, test } from 'vitest'
import { cacheDay, Tape } from '../../../test/normal.ts'
import { recording, replay, windowOfRecording } from '../../../test/replay.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import type { Role } from '../../model/topology.ts'
import { evictionStorm } from './eviction-storm.ts'

const said = (evictions: string, items = '20000x60', role: Role = 'cache') =>
  judge(evictionStorm, load(1000, { 'cache_evictions_total{target=a}': evictions, 'cache_items{target=a}': items }), {
    targets: [{ name: 'a', kind: 'redis', role, state: 'up', capabilities: [] }],
  })

describe('a cache', () => {
  test('that evicts nothing, or steadily, is clear', () => {
    expect(said('7x60')).toMatchObject([{ is: 'clear' }])
    expect(said('0+200x60')).toMatchObject([{ is: 'clear' }])
  })
  test('that suddenly evicts a fiftieth of its keys a second is found', () =>
    expect(said('0+5x57 685+400x2')).toMatchObject([
      {
        is: 'found',
        severity: 'warning',
        summary: expect.stringMatching(/400\/s, 2.0.% of its keys/),
        evidence: [{ baseline: 5, value: 400 }],
      },
    ]))
  test('one batch is no storm, unless it takes a fifth of the keys; a second poll of it is', () => {
    expect(said('0+2x57 300', '2000x59')).toMatchObject([{ is: 'clear' }])
    expect(said('0+2x57 300 302', '2000x60')).toMatchObject([{ is: 'clear' }])
    expect(said('0+2x57 300 480', '2000x60')).toMatchObject([{ is: 'found' }])
    expect(said('0+2x57 700', '2000x59')).toMatchObject([{ is: 'found', severity: 'critical' }])
  })
  test('stays found while it lasts and is clear when it is over', () => {
    expect(said('0+5x20 500+400x39', '20000x20 5000x40')).toMatchObject([{ is: 'found' }])
    expect(said('0+5x20 500+400x19 8105+5x18', '20000x60')).toMatchObject([{ is: 'clear' }])
  })
  test('few evictions of few keys are not a storm', () => expect(said('0x57 30 60', '100x60')).toMatchObject([{ is: 'clear' }]))
  test('short history is unjudged, silence is unjudged', () => {
    expect(said('0x9', '1x9')).toMatchObject([{ is: 'unjudged' }])
    expect(said('0x50', '1x70')).toMatchObject([{ is: 'unjudged', because: 'nothing was read for 20 s' }])
  })
  test('a restart and a gap start no storm', () => {
    expect(said('90000+5x40 0+5x19')).toMatchObject([{ is: 'clear' }])
    expect(said('0+5x40 _x8 2000+5x10')).toMatchObject([{ is: 'clear' }])
  })
  test('a batch that falls into the moment between a late poll and the next is no storm', () => {
    const tape = new Tape()
    const polled = (at: number, evicted: number) => {
      tape.put(FROM + at * 1_000, 'cache_evictions_total', { target: 'a' }, evicted)
      tape.put(FROM + at * 1_000, 'cache_items', { target: 'a' }, 2_400)
    }
    // 30 a second in batches, as a real server evicts that is full.
    for (let second = 0; second <= 57; second++) polled(second, 30 * second + (second % 3) * 8)
    polled(58.9, 1_770)
    polled(59, 1_826)
    expect(judge(evictionStorm, tape.window(59))).toMatchObject([{ is: 'clear' }])
  })
})

test('a tiny cache that evicts in bursts each half minute has its own rhythm; one far above it is a storm', () => {
  const burst = (i: number, more: number) => `${i}+3x26 ${i + 78 + more}+${more}x2`
  const day = (last: number) => {
    let at = 0
    const parts: string[] = []
    for (let i = 0; i < 12; i++) {
      const more = i === 11 ? last : 70
      parts.push(burst(at, more))
      at += 78 + 3 * more
    }
    return parts.join(' ')
  }
  const seen = (text: string) =>
    replay(evictionStorm, load(1000, { 'cache_evictions_total{target=a}': text, 'cache_items{target=a}': '400x348' }))
  expect(seen(day(70)).length).toBeLessThanOrEqual(3)
  expect(seen(day(400)).length).toBe(seen(day(70)).length + 1)
})

test('three times the reads of a full cache evict what they fill; a flood of writes beside as many reads is a storm', () => {
  const line = (usual: number, later: number) => `0+${usual}x60 ${60 * usual + later}+${later}x9`
  const seen = (misses: number, evictions: number) =>
    replay(
      evictionStorm,
      load(1000, {
        'cache_evictions_total{target=a}': line(40, evictions),
        'cache_items{target=a}': '10000x70',
        'cache_hits_total{target=a}': line(360, 9 * misses),
        'cache_misses_total{target=a}': line(40, misses),
      }),
    ).length
  expect(seen(120, 130)).toBe(0)
  expect(seen(40, 130)).toBe(1)
  expect(seen(120, 420)).toBe(1)
})

test('a store must never evict, however little', () => {
  expect(said('0x30 1x3', '20000x33', 'store')).toMatchObject([
    { is: 'found', severity: 'critical', summary: expect.stringMatching(/1 keys? (is|are) lost/) },
  ])
  expect(said('0x30', '20000x30', 'store')).toMatchObject([{ is: 'clear' }])
  expect(said('0 1x90', '20000x91', 'store')).toMatchObject([{ is: 'clear' }])
})

test('recorded: found when memory is full, nothing in normal traffic', () => {
  const [storm, ...more] = replay(evictionStorm, windowOfRecording(recording('evict')))
  expect(more).toEqual([])
  expect(storm!.at - FROM).toBeLessThanOrEqual(106_000)
  expect(storm!.resolvedAt).not.toBeNull()
  for (const name of ['normal2', 'hitdrop30', 'restart', 'ttlcliff'] as const)
    expect(replay(evictionStorm, windowOfRecording(recording(name))), name).toEqual([])
})

test.each([12, 60, 170, 700])('made up: a flood into a cache of %i reads/s is found within 5 s', (perSecond) => {
  for (let seed = 1; seed <= 9; seed++) {
    const tape = new Tape()
    cacheDay(tape, 'a', { seed, seconds: 260 }, perSecond, (t, now) => {
      if (t >= 100 && t < 130) now.evictions = now.writes = 300 + 2 * perSecond
    })
    const firings = replay(evictionStorm, tape.window(260))
    expect(firings, `seed ${seed}`).toHaveLength(1)
    expect(firings[0]!.at - FROM).toBeLessThanOrEqual(105_000)
    expect(firings[0]!.resolvedAt! - FROM).toBeLessThanOrEqual(160_000)
  }
})
