import { describe, expect, test } from 'vitest'
import { randomOf } from '../../../test/random.ts'
import { LookupBudget } from './lookups.ts'

const START = 1_700_000_000_000
type Second = { lookups: number; writes?: number }

/** A server for so many seconds; a sampler that always wants more. Own lookups of each second. */
function run(seconds: number, of: (second: number) => Second, keys = 1_000_000): { own: number[]; clients: number[] } {
  const budget = new LookupBudget()
  const own: number[] = []
  const clients: number[] = []
  for (let second = 0; second < seconds; second++) {
    const at = START + second * 1_000
    const { lookups, writes = 0 } = of(second)
    budget.note(at, { seconds: 1, lookups, writes, keys })
    own.push(budget.take(at, 1_000).count)
    clients.push(lookups)
  }
  return { own, clients }
}
const sum = (of: number[]) => of.reduce((a, b) => a + b, 0)
/** The most by which any ten minutes exceed what they allow; 0 or less when all hold. */
function excess({ own, clients }: { own: number[]; clients: number[] }): number {
  let worst = Number.NEGATIVE_INFINITY
  for (let to = 1; to <= own.length; to += 7) {
    const from = Math.max(0, to - 600)
    worst = Math.max(worst, sum(own.slice(from, to)) - Math.max(600, 0.02 * sum(clients.slice(from, to))))
  }
  return worst
}

describe('lookups that count', () => {
  test('a quiet server is asked some hundred times in ten minutes, a busy one by its traffic', () => {
    expect(sum(run(600, () => ({ lookups: 0 })).own)).toBeGreaterThan(150)
    expect(sum(run(600, () => ({ lookups: 0 })).own)).toBeLessThanOrEqual(240)
    const busy = sum(run(600, () => ({ lookups: 1_000 })).own)
    expect(busy).toBeGreaterThan(6_000)
    expect(busy).toBeLessThanOrEqual(0.0125 * 600_000)
  })

  test('two minutes keep to their part too: 230 reads a second allow 552', () => {
    expect(sum(run(120, () => ({ lookups: 230 })).own)).toBeLessThan(400)
  })

  test.each([1, 2, 3, 4, 5, 6])('no ten minutes of any traffic hold more than 2 %% or one a second (seed %i)', (seed) => {
    const random = randomOf(seed)
    let [rate, until] = [0, 0]
    const seen = run(3_600, (second) => {
      if (second >= until) {
        rate = random() < 0.3 ? 0 : 10 ** (random() * 4)
        until = second + 1 + Math.floor(random() * 500)
      }
      return { lookups: Math.round(rate * (0.5 + random())) }
    })
    expect(excess(seen)).toBeLessThanOrEqual(0)
    expect(sum(seen.own)).toBeGreaterThan(1_000)
  })

  test('after a bulk load its keys are sampled at 200 a second, for 30 s or until each was seen', () => {
    const load = (second: number) => ({ lookups: 10, writes: second >= 100 && second < 103 ? 3_000 : 5 })
    const { own } = run(200, load)
    expect(Math.max(...own.slice(50, 103))).toBeLessThan(10)
    expect(own.slice(103, 133)).toEqual(new Array(30).fill(200))
    expect(Math.max(...own.slice(134))).toBeLessThanOrEqual(40)
    expect(sum(run(200, load, 900).own.slice(103, 133))).toBeLessThan(1_000)
  })

  test('what is always written is no load, and a handful of keys is none', () => {
    expect(Math.max(...run(300, () => ({ lookups: 10, writes: 5_000 })).own.slice(60))).toBeLessThan(10)
    expect(Math.max(...run(300, (second) => ({ lookups: 10, writes: second === 200 ? 400 : 5 })).own.slice(60))).toBeLessThan(10)
  })

  test('some is left for others, and what was not used is given back', () => {
    const budget = new LookupBudget()
    expect(budget.take(START, 1_000, 20).count).toBe(20)
    const five = budget.take(START, 5)
    expect(five.count).toBe(5)
    budget.giveBack(five, 4)
    expect(budget.take(START, 1_000).count).toBe(19)
    expect(budget.take(START, 1_000).count).toBe(0)
    expect(budget.made).toBe(40)
  })
})
