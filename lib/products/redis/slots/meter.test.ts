import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { slotStatsIn, stretchesOf } from './ask.ts'
import { dispersionOf, type SlotCount, SlotMeter } from './meter.ts'

const served = new Set([1, 2, 3])
const count = (slot: number, cpuUs: number | null, keys = 10 * slot): SlotCount => ({ slot, keys, cpuUs, bytes: null })

test('a slot’s load is the growth of its CPU time over the newest minute', () => {
  const meter = new SlotMeter()
  for (let i = 0; i <= 12; i++) meter.note([count(1, 1_000 * i), count(2, 100_000 * i), count(3, 5)], served, 10_000 * i)
  const { load, spanMs, ...rest } = meter.measured(served)!
  expect(rest).toMatchObject({ method: 'slot-stats', of: 3, slots: [1, 2, 3], keys: [10, 20, 30], bytes: null })
  expect(spanMs).toBe(60_000)
  expect(load![0]).toBeCloseTo(0.0001, 9)
  expect(load![1]).toBeCloseTo(0.01, 9)
  expect(load![2]).toBe(0)
})
test('nothing is said of less than twenty seconds, nor across a counter that began anew', () => {
  const meter = new SlotMeter()
  meter.note([count(1, 1_000)], served, 0)
  meter.note([count(1, 2_000)], served, 10_000)
  expect(meter.measured(served)).toBeNull()
  meter.note([count(1, 3_000)], served, 20_000)
  expect(meter.measured(served)).toMatchObject({ spanMs: 20_000 })
  meter.note([count(1, 10)], served, 30_000)
  expect(meter.measured(served)).toBeNull()
})
test('two looks have no middle', () => {
  const meter = new SlotMeter()
  meter.note([count(1, 1_000), count(2, 1_000), count(3, 1_000)], served, 0)
  meter.note([count(1, 2_000), count(2, 9_000), count(3, 1_000)], served, 20_000)
  expect(meter.measured(served)).toBeNull()
  meter.note([count(1, 3_000), count(2, 12_000), count(3, 1_000)], served, 40_000)
  expect(Number.isFinite(meter.measured(served)!.dispersion)).toBe(true)
})
test('without such a counter the keys are collected, and a slot that was given away is forgotten', () => {
  const meter = new SlotMeter()
  meter.note([count(1, null), count(2, null)], served, 0)
  expect(meter.measured(served)).toMatchObject({ method: 'key-count', of: 3, slots: [1, 2], load: null })
  meter.note([count(3, null)], new Set([2, 3]), 10_000)
  expect(meter.measured(new Set([2, 3]))).toMatchObject({ of: 2, slots: [2, 3], keys: [20, 30] })
})
test('what the whole node did more in the second half is no scatter of its slots', () => {
  expect(dispersionOf([[1, 2], [10, 20], [3, 6]])).toBeCloseTo(0, 9) // biome-ignore format: one line
  // Of two slots that swap their loads: (2 · 4²) / (2 · 6).
  expect(dispersionOf([[1, 5], [5, 1]])).toBeCloseTo(32 / 12, 9) // biome-ignore format: one line
  expect(dispersionOf([[0, 0]])).toBe(0)
})
test('SLOT-STATS is read in both dialects, and what it is not is refused', () => {
  const lines = readFileSync(new URL('../fixtures/slot-stats-valkey-9.1.0.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n')
  const rows = Array.from({ length: lines.length / 9 }, (_, i) => {
    const [slot, ...fields] = lines.slice(9 * i, 9 * i + 9)
    return [Number(slot), fields.map((field) => (/^\d+$/.test(field) ? Number(field) : field))]
  })
  expect(slotStatsIn(rows)[0]).toEqual({ slot: 4750, keys: 2, cpuUs: 1182, bytes: null })
  expect(slotStatsIn([[7, ['key-count', 1, 'cpu-usec', '12', 'memory-bytes', 900]]])).toEqual([{ slot: 7, keys: 1, cpuUs: 12, bytes: 900 }])
  expect(slotStatsIn([[7, ['key-count', 1]]])).toEqual([{ slot: 7, keys: 1, cpuUs: null, bytes: null }])
  for (const wrong of ['', [[7]], [[16384, ['key-count', 1]]], [[7, ['cpu-usec', 1]]], [[7, ['key-count', -1]]], [[7, ['key-count', 'x']]]])
    expect(() => slotStatsIn(wrong)).toThrow(/SLOT-STATS/)
})
test('only stretches in which something is served are asked for', () =>
  expect(stretchesOf([[0, 10], [1_030, 1_031], [2_000, 3_000], [16_383, 16_383]])).toEqual([[0, 10], [1_030, 2_047], [2_048, 3_000], [16_383, 16_383]])) // biome-ignore format: one line
