import { describe, expect, test } from 'vitest'
import { cacheDay, fleetAt, Tape } from '../../../test/normal.ts'
import { type RECORDED, recording, replay, windowOfRecording } from '../../../test/replay.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import { emptyTopology } from '../../model/topology.ts'
import { hitRatioDrop } from './hit-ratio-drop.ts'

const said = (hits: string, misses: string) =>
  judge(hitRatioDrop, load(1000, { 'cache_hits_total{target=a}': hits, 'cache_misses_total{target=a}': misses }))

describe('series', () => {
  test('steady traffic is clear', () => expect(said('0+180x40', '0+20x40')).toEqual([{ subject: { target: 'a' }, is: 'clear' }]))
  test('a fall of twenty points is found, with what it costs', () =>
    expect(said('0+180x30 5540+140x9', '0+20x30 660+60x9')).toMatchObject([
      {
        is: 'found',
        severity: 'warning',
        summary: expect.stringMatching(/from 90.0.% to 70.0.%: 40\/s more/),
        evidence: [{ metric: 'cache_hit_ratio', baseline: expect.closeTo(0.9), value: expect.closeTo(0.7) }, {}],
      },
    ]))
  test('the fewer false alarms are allowed, the more of a small fall must be seen', () => {
    const verdict = (polls: number, falseAlarms: string) =>
      judge(
        hitRatioDrop,
        load(1000, {
          'cache_hits_total{target=a}': `0+180x30 5560+160x${polls - 1}`,
          'cache_misses_total{target=a}': `0+20x30 640+40x${polls - 1}`,
        }),
        {},
        { falseAlarms },
      )[0]!.is
    expect(verdict(2, '60/h')).toBe('found')
    expect(verdict(2, '1/w')).toBe('clear')
    expect(verdict(4, '1/w')).toBe('found')
  })
  test('it stays found while the ratio stays down, long after the newest seconds look alike', () =>
    expect(said('0+180x30 5540+140x200', '0+20x30 660+60x200')).toMatchObject([{ is: 'found' }]))
  test('and is clear when the ratio is back', () =>
    expect(said('0+180x30 5540+140x20 8520+180x20', '0+20x30 660+60x20 1880+20x20')).toMatchObject([{ is: 'clear' }]))
  test('an evening in which fewer reads keep fewer keys warm is no drop while the origin is asked less; the same ratios at an even rate are one', () => {
    const evening = (perSecond: (second: number) => number) => {
      const [hits, misses] = [[0], [0]]
      for (let second = 0; second < 240; second++) {
        const ratio = second < 200 ? 0.83 : 0.58
        hits.push(hits.at(-1)! + Math.round(perSecond(second) * ratio))
        misses.push(misses.at(-1)! + Math.round(perSecond(second) * (1 - ratio)))
      }
      return judge(hitRatioDrop, load(1000, { 'cache_hits_total{target=a}': hits, 'cache_misses_total{target=a}': misses }))
    }
    expect(evening((second) => (second < 150 ? 95 : 30))).toMatchObject([{ is: 'clear' }])
    expect(evening(() => 95)).toMatchObject([{ is: 'found' }])
    // A burst of reads before it is no usual time.
    expect(evening((second) => (second > 170 && second < 190 ? 400 : 95))).toMatchObject([{ is: 'found' }])
  })
  test('a deep fall of a small cache is found, but for that of keys which were fetched together after a start', () => {
    const small = (uptime: number) =>
      judge(
        hitRatioDrop,
        load(1000, {
          'cache_hits_total{target=a}': '0+16x120 1932+12x22',
          'cache_misses_total{target=a}': '0+3x120 367+7x22',
          'cache_uptime_seconds{target=a}': `${uptime}+1x142`,
        }),
      )
    expect(small(9_000)).toMatchObject([{ is: 'found' }])
    expect(small(20)).toMatchObject([{ is: 'clear' }])
  })
  test('a lost poll does not matter', () =>
    expect(said('0+180x20 _ 3960+180x9 5720+140x5', '0+20x20 _ 440+20x9 680+60x5')).toMatchObject([{ is: 'found' }]))
  test('the refill after a restart is no drop', () => {
    expect(said('0+180x40 0 60 150 260+120x30', '0+20x40 0 140 250 340+80x30')).toMatchObject([{ is: 'clear' }])
    expect(said('0+180x40 0 60 150', '0+20x40 0 140 250')).toMatchObject([{ is: 'unjudged', because: expect.stringMatching(/restart/) }])
  })
  test('short history, no reads, silence and missing misses are unjudged', () => {
    expect(said('0+180x8', '0+20x8')).toMatchObject([{ is: 'unjudged' }])
    expect(said('50x40', '5x40')).toMatchObject([{ is: 'unjudged', because: 'no reads' }])
    expect(judge(hitRatioDrop, load(1000, { 'cache_hits_total{target=a}': '0+1x30', x: '0x45' }))).toMatchObject([{ is: 'unjudged' }])
    expect(
      judge(hitRatioDrop, load(1000, { 'cache_hits_total{target=a}': '0+9x30', 'cache_misses_total{target=a}': '0+1x30', x: '0x45' })),
    ).toMatchObject([{ is: 'unjudged', because: 'nothing was read for 15 s' }])
  })
  test('a store is not asked for hits', () =>
    expect(
      judge(
        hitRatioDrop,
        load(1000, { 'cache_hits_total{target=a}': '0+180x30 5540+140x9', 'cache_misses_total{target=a}': '0+20x30 660+60x9' }),
        { targets: [{ name: 'a', kind: 'redis', role: 'store', state: 'up', capabilities: [] }] },
      ),
    ).toEqual([]))
  test('keys that a ring moved here are misses first', () => {
    const window = load(1000, {
      'cache_hits_total{target=a}': '0+180x30 5540+140x9',
      'cache_misses_total{target=a}': '0+20x30 660+60x9',
      'ring_share_owned{ring=r,node=n}': '0.11x30 0.33x9',
    })
    const ring = {
      name: 'r',
      spec: { algorithm: 'ketama' as const, nodes: [] },
      version: 2,
      control: { target: 'a', key: 'k' },
      nodes: [{ name: 'n', target: 'a', address: 'a:1' }],
      followers: [],
    }
    expect(judge(hitRatioDrop, window, { rings: [ring] })).toMatchObject([{ is: 'unjudged', because: expect.stringMatching(/ring/) }])
  })
})

describe('recorded on a real Redis', () => {
  const fired = (name: (typeof RECORDED)[number]) => replay(hitRatioDrop, windowOfRecording(recording(name)))
  test('nothing in ten minutes of normal traffic', () => expect(fired('normal2')).toEqual([]))
  test.each([
    ['hitdrop30', 100, 3],
    ['evict', 104.7, 4],
    ['ttlcliff', 100, 3],
  ] as const)('%s is found, and over when it is over', (name, shows, within) => {
    const firings = fired(name)
    expect(firings).toHaveLength(1)
    expect(firings[0]!.at).toBeGreaterThan(FROM + 100_000)
    expect(firings[0]!.at).toBeLessThanOrEqual(FROM + (shows + within) * 1000)
    expect(firings[0]!.resolvedAt).not.toBeNull()
  })
  test('a restart is another rule', () => expect(fired('restart')).toEqual([]))
})

describe('a made-up day', () => {
  const day = (seed: number, perSecond: number, drop: number) => {
    const tape = new Tape()
    cacheDay(tape, 'a', { seed, seconds: 240 }, perSecond, (t, now) => {
      if (t >= 120 && t < 200) now.hitRatio *= 1 - drop
    })
    const window = tape.window(240)
    return replay(hitRatioDrop, window, { topology: () => fleetAt(window, [], ['a'], window.to) })
  }
  test.each([
    [12, 0.3, 24],
    [60, 0.25, 12],
    [170, 0.12, 20],
    [170, 0.3, 12],
    [700, 0.25, 5],
    [700, 0.12, 8],
  ])('at %i reads/s a drop of %f is found within %i s', (perSecond, drop, within) => {
    for (let seed = 1; seed <= 12; seed++) {
      const [first, ...more] = day(seed, perSecond, drop)
      expect(first, `seed ${seed}`).toBeDefined()
      expect(more).toEqual([])
      expect(first!.at, `seed ${seed}`).toBeGreaterThanOrEqual(FROM + 120_000)
      expect((first!.at - FROM) / 1000, `seed ${seed}`).toBeLessThanOrEqual(120 + within)
    }
  })
  test('needs no topology', () => expect(judge(hitRatioDrop, load(1000, {}), emptyTopology())).toEqual([]))
})
