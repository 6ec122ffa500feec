import { expect, test } from 'vitest'
import { randomOf } from '../../../test/random.ts'
import { evenBlocks } from './blocks.ts'

/** Every way to give `slots` to `blocks` in order, at least one each. */
function* splits(slots: number, blocks: number): Generator<number[]> {
  if (blocks === 1) yield [slots]
  else
    for (let first = 1; first <= slots - blocks + 1; first++) for (const rest of splits(slots - first, blocks - 1)) yield [first, ...rest]
}

function judge(mass: Float64Array, before: readonly number[], after: readonly number[]): { most: number; moved: number } {
  const ownerOf = (widths: readonly number[]) => widths.flatMap((width, block) => new Array<number>(width).fill(block))
  const [was, is] = [ownerOf(before), ownerOf(after)]
  const loads = new Float64Array(before.length)
  let moved = 0
  for (const [slot, traffic] of mass.entries()) {
    loads[is[slot]!]! += traffic
    if (was[slot] !== is[slot]) moved += traffic
  }
  return { most: Math.max(...loads), moved }
}

test('no other borders are as even and move less', () => {
  const random = randomOf(7)
  for (let round = 0; round < 60; round++) {
    const widths = Array.from({ length: 3 + Math.floor(random() * 3) }, () => 1 + Math.floor(random() * 6))
    const slots = widths.reduce((sum, width) => sum + width, 0)
    const mass = Float64Array.from({ length: slots }, () => (random() < 0.1 ? 3 : 0.5 + random()))
    const mean = mass.reduce((sum, traffic) => sum + traffic, 0) / widths.length
    const allowed = mean * (1.05 + random() * 0.4)
    const all = [...splits(slots, widths.length)].map((after) => judge(mass, widths, after))
    const within = all.filter(({ most }) => most <= allowed)
    const unbounded = { min: widths.map(() => 1), max: widths.map(() => slots), free: widths.map(() => false) }
    const found = judge(mass, widths, evenBlocks({ mass, widths, ...unbounded }, allowed))
    if (within.length > 0) {
      expect(found.most).toBeLessThanOrEqual(allowed + 1e-9)
      expect(found.moved).toBeCloseTo(Math.min(...within.map(({ moved }) => moved)), 6)
    } else expect(found.most / Math.min(...all.map(({ most }) => most))).toBeLessThan(1.001)
  }
})

test('bounds hold, and a block whose server is down keeps its width at any load', () => {
  const mass = new Float64Array(12).fill(1)
  const widths = [1, 9, 2]
  const bounded = evenBlocks({ mass, widths, min: [1, 5, 1], max: [3, 9, 6], free: [false, false, false] }, 5)
  expect(bounded).toEqual([1, 5, 6].map((_, i) => bounded[i]))
  expect(bounded[1]).toBe(5)
  expect(bounded[0]).toBeLessThanOrEqual(3)
  expect(evenBlocks({ mass, widths, min: [1, 9, 1], max: [9, 9, 9], free: [false, true, false] }, 2)).toEqual([1, 9, 2])
})

test('a long table is solved on a grid, its sum kept', () => {
  const widths = Array.from({ length: 300 }, (_, i) => 80 + ((i * 37) % 50))
  const slots = widths.reduce((sum, width) => sum + width, 0)
  const mass = new Float64Array(slots).fill(1 / slots)
  const after = evenBlocks(
    { mass, widths, min: widths.map(() => 1), max: widths.map(() => slots), free: widths.map(() => false) },
    1.05 / 300,
  )
  expect(after.reduce((sum, width) => sum + width, 0)).toBe(slots)
  expect(judge(mass, widths, after).most).toBeLessThanOrEqual(1.05 / 300 + 1e-9)
})
