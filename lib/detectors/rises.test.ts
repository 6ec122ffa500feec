import { expect, test } from 'vitest'
import { poisson } from '../../test/normal.ts'
import { normal, randomOf } from '../../test/random.ts'
import { sums } from '../math/columns.ts'
import { isMeanRise, isRatioAboveOne, isShareRise, riseAt } from './rises.ts'
import { evidenceOfEach } from './settings.ts'

const NEEDED = evidenceOfEach(1000, 1, 0.01)
const counts = (events: number[]) => ({ events: sums(events), exposure: sums(events.map(() => 1)) })
const newest = (events: number[], explained = 0) => riseAt(counts(events), { since: 0, from: events.length - 61, middle: events.length - 1, to: events.length, explained }, NEEDED) // biome-ignore format: one line

test('many events after few are a rise, of few events only those that cannot be chance', () => {
  const calm = new Array<number>(300).fill(2)
  expect(newest([...calm, 40])).toBe(true)
  expect(newest([...calm, 6])).toBe(false)
  expect(newest([...new Array<number>(300).fill(0), 3])).toBe(false)
  expect(newest([...new Array<number>(300).fill(0), 9])).toBe(true)
})
test('what has another reason is no event', () => {
  const calm = new Array<number>(300).fill(20)
  expect(newest([...calm, 80])).toBe(true)
  expect(newest([...calm, 80], 50)).toBe(false)
})
test('events that always came in bunches need more of them; one fault in the past does not hide the next', () => {
  const random = randomOf(3)
  const bunches = Array.from({ length: 400 }, () => (random() < 0.25 ? 60 : 5))
  expect(newest([...bunches, 130])).toBe(false)
  const calm = Array.from({ length: 400 }, () => poisson(19, random))
  expect(newest([...calm, 130])).toBe(true)
  calm.fill(500, 100, 120)
  expect(newest([...calm, 130])).toBe(true)
})
test('a baseline as long as the history is no less sure of it', () =>
  expect(riseAt(counts([...new Array<number>(20).fill(2), 60]), { since: 0, from: 0, middle: 20, to: 21 }, NEEDED)).toBe(true))

test('a mean rises by more than it does by itself', () => {
  const random = randomOf(4)
  const past = (size: number) => Array.from({ length: 20 }, () => Math.exp(size * normal(random)))
  expect(isMeanRise(3.5, past(0.05), NEEDED)).toBe(true)
  expect(isMeanRise(3.5, past(0.6), NEEDED)).toBe(false)
  expect(isMeanRise(3.5, [], NEEDED)).toBe(false)
  expect(isMeanRise(0.2, past(0.05), NEEDED)).toBe(false)
})
test('a server that has long been slower than the others is so still; one that swings beside them is not', () => {
  const random = randomOf(5)
  expect(isRatioAboveOne(4, new Array<number>(20).fill(4), NEEDED)).toBe(true)
  expect(isRatioAboveOne(4, [], NEEDED)).toBe(true)
  const swings = Array.from({ length: 20 }, () => Math.exp(normal(random)))
  expect(isRatioAboveOne(4, swings, NEEDED)).toBe(false)
})
test('a share that stays too high is so still; one that swings is not', () => {
  const random = randomOf(6)
  expect(isShareRise(9, { z: new Array<number>(24).fill(9), blocks: 7 }, NEEDED)).toBe(true)
  expect(isShareRise(9, { z: Array.from({ length: 60 }, () => 9 * normal(random)), blocks: 15 }, NEEDED)).toBe(false)
})
