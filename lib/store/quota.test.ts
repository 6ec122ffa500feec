import { describe, expect, it } from 'vitest'
import { createStore } from './store.ts'

const START = 1_700_000_000_000
const store = (quota: { most: number; hourly: number }, now = { at: START }) => ({
  now,
  store: createStore({ path: ':memory:', now: () => now.at, windowMs: 60_000, quota }),
})
const readings = (names: string[]) => names.map((server) => ({ metric: 'pool_sessions', value: 1, labels: { server } }))
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => `s${from + i}`)

describe('the quota of series', () => {
  it('keeps the same series at each poll, and says what is left out', () => {
    const { store: one } = store({ most: 10, hourly: 10 })
    for (let i = 0; i < 3; i++) one.append('edge', START + i * 1_000, readings(range(0, 25)), 1_000)
    const kept = one.window(START, START + 5_000).series('pool_sessions')
    expect(kept.map(({ labels }) => labels.server)).toEqual(range(0, 10))
    expect(kept.every(({ points }) => points.length === 3)).toBe(true)
    expect(one.refusedSeries()).toEqual(new Map([['edge', { series: 15, because: 'more than 10 series of one target are not kept' }]]))
    one.close()
  })

  it('is of each target by itself', () => {
    const { store: one } = store({ most: 10, hourly: 10 })
    one.append('edge', START, readings(range(0, 25)), 1_000)
    one.append('other', START, readings(range(0, 10)), 1_000)
    expect(one.window(START, START + 1).series('pool_sessions', { target: 'other' })).toHaveLength(10)
    expect([...one.refusedSeries().keys()]).toEqual(['edge'])
    one.close()
  })

  it('bounds names that are new at each poll, lets series go that fell silent, and forgets the refusal', () => {
    const now = { at: START }
    const { store: one } = store({ most: 100, hourly: 60 }, now)
    const held = () => one.window(now.at - 3_600_000, now.at).series('pool_sessions').length
    for (let minute = 0; minute < 30; minute++) {
      one.append('edge', now.at, readings(range(minute * 50, 50)), 60_000)
      one.tick(now.at)
      expect(held()).toBeLessThanOrEqual(100)
      now.at += 60_000
    }
    expect(one.refusedSeries().get('edge')?.because).toBe('its names change faster than 60 new series an hour')
    // One that stays is taken again within the hour.
    for (let minute = 0; minute < 30; minute++) {
      one.append('edge', now.at, readings(range(9_000, 20)), 60_000)
      one.tick(now.at)
      now.at += 60_000
    }
    expect(one.window(now.at - 120_000, now.at).series('pool_sessions')).toHaveLength(20)
    expect(one.refusedSeries().size).toBe(0)
    one.close()
  })
})
