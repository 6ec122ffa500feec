import { describe, expect, test } from 'vitest'
import { load } from '../../../test/series.ts'
import type { Measurement } from '../../model/window.ts'
import { compare, moved } from './compare.ts'

const measured = (value: number, half: number): Measurement => ({ is: 'measured', value, low: value - half, high: value + half, count: 9 })

describe('how a figure moved', () => {
  const response = { worse: 'higher', floor: 0.005 } as const
  test('is told where the intervals do not touch, by what hurts', () => {
    expect(moved(response, measured(0.02, 0.001), measured(0.05, 0.001))).toBe('worse')
    expect(moved(response, measured(0.05, 0.001), measured(0.02, 0.001))).toBe('better')
    expect(moved({ worse: 'lower', floor: 0.01 }, measured(0.9, 0.01), measured(0.6, 0.01))).toBe('worse')
    expect(moved({ floor: 1 }, measured(10, 1), measured(90, 1))).toBe('higher')
    expect(moved({ floor: 1 }, measured(90, 1), measured(10, 1))).toBe('lower')
  })
  test('is the same where chance explains it, or where it does not matter', () => {
    expect(moved(response, measured(0.02, 0.03), measured(0.05, 0.001))).toBe('same')
    expect(moved(response, measured(0.02, 0.0001), measured(0.023, 0.0001))).toBe('same')
  })
  test('a load that rises makes the interval of the run wide, which hides nothing', () => {
    expect(moved(response, measured(0.026, 0.0001), measured(0.092, 0.08))).toBe('worse')
    expect(moved({ worse: 'lower', floor: 0.01 }, measured(0.9, 0.005), measured(0.76, 0.17))).toBe('worse')
  })
  test('is unjudged where either was not measured', () => {
    const unjudged: Measurement = { is: 'unjudged', because: '3 reads; 30 needed' }
    expect(moved(response, unjudged, measured(1, 0))).toBe('unjudged')
    expect(moved(response, measured(1, 0), unjudged)).toBe('unjudged')
  })
})

describe('a run beside the time before it', () => {
  // Two minutes at one a second, of which the second is the run.
  const series = {
    'pool_requests_total{target=edge,pool=app}': '0+10x60 640+40x59',
    'pool_errors_total{target=edge,pool=app}': '0x60 2+2x59',
    'pool_requests_total{target=edge,pool=app,server=a}': '0+5x60 320+20x59',
    'cache_hits_total{target=c}': '0+90x60 5440+40x59',
    'cache_misses_total{target=c}': '0+10x60 660+60x59',
    'cache_hits_total{target=idle}': '0x119',
    'cache_misses_total{target=idle}': '0x119',
    'cache_hits_total{target=late}': '_x61 0+9x58',
    'cache_misses_total{target=late}': '_x61 0+1x58',
  }
  const window = load(1_000, series)
  const middle = window.from + 60_000
  const things = compare(window.between(window.from, middle), window.between(middle, window.to))
  const of = (name: string) => things.find(({ where }) => Object.values(where).join('/') === name)!.figures
  const figure = (name: string, metric: string) => of(name).find((one) => one.metric === metric)

  test('has each pool and cache once, a server is no thing of its own', () => {
    expect(things.map(({ kind, where }) => `${kind} ${Object.values(where).join('/')}`)).toEqual([
      'pool edge/app',
      'cache c',
      'cache idle',
      'cache late',
    ])
  })
  test('tells what got worse, with both numbers', () => {
    expect(figure('edge/app', 'pool_request_rate')).toMatchObject({
      moved: 'higher',
      before: { value: 10 },
      during: { value: expect.closeTo(40, 0) },
    })
    expect(figure('edge/app', 'pool_error_ratio')).toMatchObject({
      moved: 'worse',
      before: { value: 0 },
      during: { value: expect.closeTo(0.05, 2) },
    })
    expect(figure('c', 'cache_hit_ratio')).toMatchObject({
      moved: 'worse',
      before: { value: 0.9 },
      during: { value: expect.closeTo(0.4, 2) },
    })
  })
  test('leaves out what nobody reports, and says why the rest is unjudged', () => {
    expect(of('edge/app').map(({ metric }) => metric)).not.toContain('pool_response_seconds')
    expect(figure('idle', 'cache_hit_ratio')).toMatchObject({ moved: 'unjudged', before: { because: '0 reads; 30 needed' } })
    // It came up with the run: before it is a gap, not zero.
    expect(figure('late', 'cache_hit_ratio')).toMatchObject({ moved: 'unjudged', before: { is: 'unjudged' }, during: { value: 0.9 } })
  })
})
