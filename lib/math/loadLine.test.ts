import { describe, expect, it } from 'vitest'
import { normal, randomOf } from '../../test/random.ts'
import { type LoadPoint, loadLineOf, responseAt } from './loadLine.ts'

/** Slices of a queue with one line of workers that can serve `capacity` a second (M/M/1), at even steps of load. */
function queue(capacity: number, rates: readonly number[], noise = 0.03): LoadPoint[] {
  const random = randomOf(5)
  return rates.map((rate) => ({ rate, seconds: (1 / (capacity - rate)) * (1 + noise * normal(random)) }))
}
const steps = (from: number, to: number, count: number) => Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1))

describe('a load-latency line', () => {
  it('finds the knee of a stick, with an interval that holds it', () => {
    const random = randomOf(2)
    const points = steps(10, 100, 60).map((rate) => ({ rate, seconds: 0.02 + 0.001 * Math.max(0, rate - 60) + 0.001 * normal(random) }))
    const { knee, base } = loadLineOf(points)!
    expect(base).toBeCloseTo(0.02, 3)
    expect(knee!.low).toBeLessThanOrEqual(60)
    expect(knee!.high).toBeGreaterThanOrEqual(60)
    expect(knee!.high - knee!.low).toBeLessThan(15)
    expect(responseAt({ ...loadLineOf(points)! }, 90).value).toBeCloseTo(0.05, 2)
  })

  it('has its knee below what a queue can serve, and has none where the load seen does not reach it', () => {
    const { knee } = loadLineOf(queue(100, steps(10, 92, 60)))!
    expect(knee!.value).toBeGreaterThan(60)
    expect(knee!.high).toBeLessThan(95)
    const low = loadLineOf(queue(100, steps(10, 25, 60)))!
    expect(low.knee).toBeNull()
    expect(low.most).toBe(25)
  })

  it('does not take a few slow slices for a knee', () => {
    const random = randomOf(9)
    const points = steps(10, 50, 60).map((rate, i) => ({ rate, seconds: (0.02 + 0.002 * normal(random)) * (i % 20 === 7 ? 3 : 1) }))
    expect(loadLineOf(points)!.knee).toBeNull()
  })

  it('is none of too few slices, and wider beyond the load that was seen', () => {
    expect(loadLineOf(queue(100, steps(10, 50, 11)))).toBeNull()
    const line = loadLineOf(queue(1_000, steps(10, 50, 30)))!
    const [seen, beyond] = [responseAt(line, 40), responseAt(line, 75)]
    expect(seen.seen).toBe(true)
    expect(beyond.seen).toBe(false)
    expect(beyond.high / seen.high).toBeCloseTo(1.25, 2)
  })
})
