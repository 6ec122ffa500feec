import { expect, test } from 'vitest'
import { KeyShare } from './keyShare.ts'

/** So many samples, each of which wants 200 keys once a second, for a minute: keys a second of each. */
function sampled(members: number): number[] {
  const share = new KeyShare()
  const all = Array.from({ length: members }, () => ({ taken: 0 }))
  const later = 30_000
  for (let now = 0; now < 90_000; now += 1_000)
    for (const member of all) {
      const count = share.take(member, now, 200, 20)
      if (now >= later) member.taken += count
    }
  return all.map(({ taken }) => taken / 60)
}

test('few samples get all that they want', () => {
  expect(sampled(20)).toEqual(Array(20).fill(200))
})

test('many share one rate, and all alike', () => {
  const each = sampled(4_000)
  expect(each.reduce((all, one) => all + one, 0)).toBeLessThanOrEqual(8_400)
  expect(Math.min(...each)).toBeGreaterThan(1.5)
  expect(Math.max(...each)).toBeLessThan(2.5)
})

test('a look is a worthwhile number of keys, or all that are wanted', () => {
  const share = new KeyShare()
  const all = Array.from({ length: 1_000 }, () => ({}))
  for (const member of all) share.take(member, 0, 200, 20)
  const counts = Array.from({ length: 60 }, (_, second) => all.map((member) => share.take(member, 1_000 * (second + 1), 200, 20))).flat()
  expect(counts.filter((count) => count > 0 && count < 20)).toEqual([])
  expect(counts.some((count) => count > 0)).toBe(true)
  expect(share.take(all[0]!, 200_000, 3, 20)).toBe(3)
})

test('what a bulk load brings does not wait for the others', () => {
  const share = new KeyShare()
  const all = Array.from({ length: 4_000 }, () => ({}))
  for (const member of all) share.take(member, 0, 200, 20)
  expect(share.takeUrgent(1_000, 200)).toBe(200)
})

test('who is gone leaves its part, and what was not asked about can be asked later', () => {
  const share = new KeyShare()
  const [one, other] = [{}, {}]
  share.take(one, 0, 1, 1)
  for (let now = 0; now <= 60_000; now += 1_000) share.take(other, now, 5_000, 1)
  const count = share.take(other, 61_000, 5_000, 1)
  expect(count).toBe(1_000)
  share.giveBack(other, count)
  expect(share.take(other, 61_000, 5_000, 1)).toBe(1_000)
})
