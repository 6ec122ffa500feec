import { describe, expect, test } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { randomOf } from '../../../test/random.ts'
import { median } from '../../math/robust.ts'
import type { Ceiling } from './ceilings.ts'
import type { Load } from './loads.ts'
import { type Plan, planOf } from './plan.ts'
import { wholeOf } from './whole.ts'

const NOW = 1_000_000

/** A pool of any size, weights, speeds and history. */
function anyPool(seed: number) {
  const random = randomOf(seed)
  const size = 2 + Math.floor(9 * random())
  const most = [1, 10, 100, 256][Math.floor(4 * random())]!
  const pool = poolOf(
    'edge',
    'app',
    Array.from({ length: size }, () => Math.max(1, Math.round(random() < 0.5 ? most : most * random()))),
  )
  const sum = pool.servers.reduce((total, { weightSet }) => total + weightSet, 0)
  const total = 5 * 100 ** random()
  const loads = pool.servers.map((server): Load => {
    const share = server.weightSet / sum
    const value = random() < 0.7 ? 0.02 + 0.01 * random() : 0.05 * 40 ** random()
    const response = { value, error: 0, requests: 500, from: NOW - 5_000 - 60_000 * random() }
    return { server, share, rate: share * total, response, failing: random() < 0.05 }
  })
  const ceilings = new Map<Load['server'], Ceiling>()
  for (const { server, rate } of loads)
    if (random() < 0.3) ceilings.set(server, { rate: rate * (0.5 + 3 * random()), eased: random() < 0.5 })
  const own = loads.reduce((slowest, load) => (load.response.value > slowest.response.value ? load : slowest))
  return { pool, loads, ceilings, own }
}

const plans = Array.from({ length: 3_000 }, (_, seed) => {
  const given = anyPool(seed + 1)
  return { ...given, plan: planOf(given.own, given.loads, given.ceilings, NOW) }
}).flatMap((one) => (typeof one.plan === 'string' ? [] : [{ ...one, plan: one.plan as Plan, weights: wholeOf(one.pool, one.plan) }]))

describe('of any pool', () => {
  test('plans are made, and whole weights for most of them', () => {
    expect(plans.length).toBeGreaterThan(1_000)
    expect(plans.filter(({ weights }) => weights !== null).length / plans.length).toBeGreaterThan(0.8)
  })

  test('wanted shares are all that there is', () => {
    for (const { plan } of plans) expect([...plan.wanted.values()].reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6)
  })

  test('a step takes a quarter of a share at most, but of a server at three times the median', () => {
    for (const { plan, loads, weights } of plans) {
      if (!weights) continue
      const sum = loads.reduce((total, { server }) => total + weights.get(server.name)!, 0)
      for (const load of loads) {
        const normal = median(loads.filter((other) => other !== load).map(({ response }) => response.value))!
        if (load.response.value >= 3 * normal) continue
        const least = plan.cuts.some((cut) => cut.load === load) ? 0.75 : 0.9
        expect(weights.get(load.server.name)! / sum / load.share).toBeGreaterThan(least - 1e-9)
      }
    }
  })

  test('nobody is sent more than 1.6 times its load, but who was lowered before, and nobody near what was too much', () => {
    for (const { plan, loads, ceilings, own } of plans) {
      const total = loads.reduce((sum, { rate }) => sum + rate, 0)
      for (const [load, share] of plan.wanted) {
        if (load === own || share <= load.share * 1.0001) continue
        expect(load.failing).toBe(false)
        if (!plan.back.includes(load)) expect(share / load.share).toBeLessThan(1.61)
        const ceiling = ceilings.get(load.server)
        if (ceiling) expect((share * total) / ceiling.rate).toBeLessThan(0.851)
      }
    }
  })

  test('weights are whole, from 1 to 256, and take something of the slow one', () => {
    for (const { pool, own, loads, weights } of plans) {
      if (!weights) continue
      const sum = loads.reduce((total, { server }) => total + weights.get(server.name)!, 0)
      for (const { name } of pool.servers) {
        const weight = weights.get(name)!
        expect(Number.isInteger(weight) && weight >= 1 && weight <= 256).toBe(true)
      }
      expect(weights.get(own.server.name)! / sum).toBeLessThan(own.share)
    }
  })
})
