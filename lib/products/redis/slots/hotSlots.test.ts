import { expect, it } from 'vitest'
import { hotSlots, keysOfSlots } from './hotSlots.ts'
import type { Measured } from './meter.ts'

const measured = (load: number[] | null, keys: number[]): Measured => ({
  method: load ? 'slot-stats' : 'key-count',
  spanMs: 60_000,
  of: keys.length,
  slots: keys.map((_, i) => i + 100),
  keys,
  load,
  bytes: null,
  dispersion: null,
})

it('names the slots that stand out of their node, and none where no load is counted', () => {
  const load = [...Array<number>(50).fill(0.001), 0.05, 0.02]
  expect(hotSlots(measured(load, Array<number>(52).fill(3))).map(({ slot }) => slot)).toEqual([150, 151])
  expect(hotSlots(measured(Array<number>(50).fill(0.001), Array<number>(50).fill(3)))).toEqual([])
  expect(hotSlots(measured([0, 0], [1, 1]))).toEqual([])
  expect(hotSlots(measured(null, [1, 1]))).toEqual([])
})

it("an only key has its slot's load; of several in use each has some of it", () => {
  const slot = { slot: 7, share: 0.4, asked: 3 }
  expect(keysOfSlots([{ ...slot, keys: 1, used: ['viral'] }], 60_000)[0]).toMatchObject({
    key: 'viral',
    share: 0.4,
    low: 0.4,
    high: 0.4,
    perSecond: null,
    hot: true,
  })
  expect(keysOfSlots([{ ...slot, keys: 3, used: ['a'] }], 60_000)[0]).toMatchObject({ share: 0.4, low: 0.4, hot: true })
  expect(keysOfSlots([{ ...slot, keys: 90, used: ['a', 'b'] }], 60_000)).toEqual([
    expect.objectContaining({ key: 'a', share: 0.2, low: 0, high: 0.4, hot: false }),
    expect.objectContaining({ key: 'b', share: 0.2, low: 0, high: 0.4, hot: false }),
  ])
  expect(keysOfSlots([{ ...slot, keys: 90, used: [] }], 60_000)).toEqual([])
})
