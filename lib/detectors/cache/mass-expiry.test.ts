import { describe, expect, test } from 'vitest'
import { cacheDay, Tape } from '../../../test/normal.ts'
import { recording, replay, windowOfRecording } from '../../../test/replay.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import type { TtlHistogram } from '../../model/record.ts'
import type { TargetAbilities } from '../../model/topology.ts'
import { massExpiry } from './mass-expiry.ts'

const at = FROM + 60_000
/** Keys sampled by the second in which they end. */
const histogram = (buckets: [seconds: number, n: number][], keys = 20_000): TtlHistogram => ({
  kind: 'ttl-histogram',
  target: 'a',
  id: 'ttl',
  at,
  bucketMs: 1_000,
  buckets: buckets.map(([seconds, n]) => [at + seconds * 1_000, n]),
  sampled: buckets.reduce((sum, [, n]) => sum + n, 0),
  keys,
  pattern: 'product:*',
})
const said = (record: TtlHistogram, now = '0+10x60') =>
  judge(massExpiry, load(1000, { 'cache_expirations_total{target=a}': now, 'cache_items{target=a}': '20000x60' }, { records: [record] }))
const even = (from: number, to: number, n = 20): [number, number][] => Array.from({ length: to - from }, (_, i) => [from + i, n])

describe('foreseen', () => {
  test('a common end is announced with its time, its size and its keys', () =>
    expect(said(histogram([...even(1, 100), [40, 800]].sort((a, b) => a[0]! - b[0]!) as [number, number][]))).toMatchObject([
      { is: 'found', severity: 'warning', summary: expect.stringMatching(/In 40.s about .* keys of a \(2\d\.\d.%\) end .* product:\*/) },
    ]))
  test('one that has begun is announced as happening, not as due in 0 ms', () =>
    expect(said(histogram([[0, 900]]))).toMatchObject([
      { is: 'found', summary: expect.stringMatching(/^About .* keys of a \(100.*%\) are ending now, within two seconds, .* product:\*$/) },
    ]))
  test('also when it falls on the edge of two seconds, or when nothing else is there', () => {
    expect(said(histogram([[40, 300], [41, 320], ...even(42, 140, 4)]))).toMatchObject([{ is: 'found' }])
    expect(said(histogram([[40, 900]]))).toMatchObject([{ is: 'found', severity: 'warning' }])
  })
  test('ends that are spread are clear, however narrow', () => {
    expect(said(histogram(even(96, 144)))).toMatchObject([{ is: 'clear' }])
    expect(said(histogram(even(50, 62, 100)))).toMatchObject([{ is: 'clear' }])
  })
  test('a flood is no cliff: not while it goes on, nor when it ended spread over half a minute', () => {
    const flood = histogram([...even(1, 60, 5), ...even(115, 140, 60)])
    expect(said(flood)).toMatchObject([{ is: 'clear' }])
    const window = load(
      1000,
      {
        'cache_expirations_total{target=a}': '0+10x60',
        'cache_items{target=a}': '20000x60',
        'cache_writes_total{target=a}': '0+20x55 2300+1200x4',
      },
      { records: [histogram([[40, 900]])] },
    )
    expect(judge(massExpiry, window)).toMatchObject([{ is: 'unjudged', because: expect.stringMatching(/being written/) }])
  })
  test('few keys, a small or an old sample, and what is over already', () => {
    expect(said(histogram([[40, 150]], 150))).toMatchObject([{ is: 'clear' }])
    expect(said(histogram([[40, 90]]))).toMatchObject([{ is: 'clear' }])
    expect(said({ ...histogram([[40, 900]]), at: FROM - 10_000 })).toMatchObject([{ is: 'clear' }])
    expect(said(histogram([[-3, 900], ...even(1, 60, 5)]))).toMatchObject([{ is: 'clear' }])
  })
})

describe('struck', () => {
  test('of memcached only keys that a read missed: its crawler finds many at once that ended long before', () => {
    const told = (misses: string, can: TargetAbilities) =>
      judge(
        massExpiry,
        load(1000, {
          'cache_expirations_total{target=a}': '0+1x40 300x4',
          'cache_items{target=a}': '1000x41 740x4',
          'cache_misses_total{target=a}': misses,
        }),
        { targets: [{ name: 'a', kind: 'x', can, role: 'cache', state: 'up', capabilities: [] }] },
      )
    expect(told('0+5x44', { countsEndsLate: true })).toMatchObject([{ is: 'clear' }])
    expect(told('0+5x40 460+5x4', { countsEndsLate: true })).toMatchObject([{ is: 'found' }])
    expect(told('0+5x44', {})).toMatchObject([{ is: 'found' }])
  })
  test('recorded: within two seconds, and over soon', () => {
    const [only, ...more] = replay(massExpiry, windowOfRecording(recording('ttlcliff')))
    expect(more).toEqual([])
    expect(only!.at - FROM).toBeLessThanOrEqual(102_500)
    expect(only!.resolvedAt! - FROM).toBeLessThanOrEqual(165_000)
    for (const name of ['normal2', 'evict', 'hitdrop30', 'restart'] as const)
      expect(replay(massExpiry, windowOfRecording(recording(name))), name).toEqual([])
  })
  test.each([12, 170, 700])('made up, at %i reads/s', (perSecond) => {
    for (let seed = 1; seed <= 6; seed++) {
      const tape = new Tape()
      cacheDay(tape, 'a', { seed, seconds: 220 }, perSecond, (t, now) => {
        if (t === 95) now.writes = 5_000
        if (t === 130) now.expirations = 5_000
      })
      const [only, ...more] = replay(massExpiry, tape.window(220))
      expect(more, `seed ${seed}`).toEqual([])
      expect(only!.at - FROM, `seed ${seed}`).toBeGreaterThanOrEqual(129_000)
      expect(only!.at - FROM, `seed ${seed}`).toBeLessThanOrEqual(132_000)
    }
  })
  test('what was written evenly and ends as evenly is no cliff, however suddenly it begins to end', () => {
    const judged = (expired: string, written: string) =>
      judge(
        massExpiry,
        load(1000, {
          'cache_expirations_total{target=a}': expired,
          'cache_items{target=a}': '2000x60',
          'cache_writes_total{target=a}': written,
        }),
      )
    expect(judged('0+20x50 1000+75x9', '0+20x30 600+75x29')).toMatchObject([{ is: 'clear' }])
    expect(judged('0+20x55 1100+600x4', '0+20x30 600+500x4 2600+20x25')).toMatchObject([{ is: 'found' }])
  })
  test('a restart, a gap and a few keys are no cliff', () => {
    const line = (expired: string, items = '20000x60') =>
      judge(massExpiry, load(1000, { 'cache_expirations_total{target=a}': expired, 'cache_items{target=a}': items }))
    expect(line('90000+10x40 0+10x20')).toMatchObject([{ is: 'clear' }])
    expect(line('0+10x30 _x8 9000+10x20')).toMatchObject([{ is: 'clear' }])
    expect(line('0+2x40 250+2x19', '300x60')).toMatchObject([{ is: 'clear' }])
    expect(line('0+10x30', '20000x50')).toMatchObject([{ is: 'unjudged' }])
  })
})
