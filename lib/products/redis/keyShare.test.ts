import { expect, test } from 'vitest'
import { KeyShare } from './keyShare.ts'

const want = (keys: number, least = 20, weight = 1) => ({ keys, least, weight })

/** So many samples, each of which wants 200 keys once a second: keys a second of each in `from` to `to` seconds. */
function sampled(
  members: number,
  { from, to, weightOf = () => 1 }: { from: number; to: number; weightOf?: (i: number) => number },
): number[] {
  const share = new KeyShare()
  const all = Array.from({ length: members }, (_, i) => ({ taken: 0, weight: weightOf(i) }))
  for (let second = 0; second < to; second++)
    for (const member of all) {
      const count = share.take(member, 1_000 * second, want(200, 20, member.weight))
      if (second >= from) member.taken += count
    }
  return all.map(({ taken }) => taken / (to - from))
}
const sum = (counts: readonly number[]) => counts.reduce((all, one) => all + one, 0)

test('the first samples of few caches get all that they want', () => {
  expect(sampled(40, { from: 0, to: 17 })).toEqual(Array(40).fill(200))
})

test('many share one rate, and all alike', () => {
  const each = sampled(4_000, { from: 60, to: 360 })
  expect(sum(each)).toBeLessThanOrEqual(2_500)
  expect(sum(each)).toBeGreaterThan(2_200)
  expect(Math.min(...each)).toBeGreaterThan(0.5)
  expect(Math.max(...each)).toBeLessThan(0.7)
})

test('what is saved up is spent in the first half minute, and again once there is enough of it', () => {
  const share = new KeyShare()
  const all = Array.from({ length: 100 }, () => ({}))
  const taken = (second: number) => sum(all.map((member) => share.take(member, 1_000 * second, want(200, 1))))
  const first = Array.from({ length: 40 }, (_, second) => taken(second))
  expect(first[5]).toBe(8_000)
  expect(sum(first.slice(30)) / 10).toBeLessThan(2_500)
  // Nobody asked meanwhile, but the members are still there.
  for (let second = 40; second < 70; second++) for (const member of all) share.ready(member, 1_000 * second, want(1))
  expect(Math.max(...Array.from({ length: 3 }, (_, i) => taken(71 + i)))).toBeGreaterThan(6_000)
})

test('who weighs more gets as much more', () => {
  const each = sampled(1_000, { from: 60, to: 360, weightOf: (i) => (i % 100 === 0 ? 20 : 1) })
  expect(each[0]! / each[1]!).toBeGreaterThan(15)
  expect(each[0]! / each[1]!).toBeLessThan(25)
  expect(sum(each)).toBeLessThanOrEqual(2_500)
})

test('a look is a worthwhile number of keys, or all that are wanted', () => {
  const share = new KeyShare()
  const all = Array.from({ length: 1_000 }, () => ({}))
  for (const member of all) share.take(member, 0, want(200))
  let odd = 0
  const counts = Array.from({ length: 60 }, (_, second) =>
    all.map((member) => {
      const ready = share.ready(member, 1_000 * (second + 1), want(200))
      const count = share.take(member, 1_000 * (second + 1), want(200))
      odd += Number(count > 0 !== ready)
      return count
    }),
  ).flat()
  expect(odd).toBe(0)
  expect(counts.filter((count) => count > 0 && count < 20)).toEqual([])
  expect(counts.some((count) => count > 0)).toBe(true)
  expect(share.take(all[0]!, 200_000, want(3))).toBe(3)
})

test('what a bulk load brings does not wait for the others', () => {
  const share = new KeyShare()
  const all = Array.from({ length: 4_000 }, () => ({}))
  for (const member of all) share.take(member, 0, want(200))
  expect(share.takeUrgent(1_000, 200)).toBe(200)
})

test('who is gone leaves its part, and what was not asked about can be asked later', () => {
  const share = new KeyShare()
  const [one, other] = [{}, {}]
  share.take(one, 0, want(1, 1, 1_000))
  for (let now = 0; now <= 60_000; now += 1_000) share.take(other, now, want(100, 1))
  const count = share.take(other, 61_000, want(5_000, 1))
  expect(count).toBe(1_000)
  share.giveBack(other, count)
  expect(share.take(other, 61_000, want(5_000, 1))).toBe(1_000)
})

test('a process that cannot keep up with anything else samples less', () => {
  let busy = true
  const share = new KeyShare(() => busy)
  const all = Array.from({ length: 100 }, () => ({}))
  const taken = (from: number) =>
    sum(Array.from({ length: 20 }, (_, s) => sum(all.map((one) => share.take(one, 1_000 * (from + s), want(200, 1))))))
  expect(taken(0)).toBeLessThan(16_000)
  busy = false
  expect(taken(20)).toBeGreaterThan(100_000)
})
