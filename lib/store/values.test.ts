import { describe, expect, it } from 'vitest'
import { normal, randomOf } from '../../test/random.ts'
import { BLOCK, packed, packedSize, sameOf, unpack } from './packed.ts'
import { Values } from './values.ts'

const random = randomOf(11)

/** What series are like: each tells its next value. */
const KINDS: Record<string, () => () => number> = {
  'a counter': counter(() => 20_000 + Math.round(20 * normal(random))),
  'a counter of bytes': counter(() => Math.round(1e9 * random()), 2 ** 45),
  'a counter that restarts': () => {
    let value = 0
    return () => {
      value = random() < 0.01 ? 0 : value + 17
      return value
    }
  },
  'a counter of seconds': counter(() => Math.round(1e5 + 1e3 * normal(random)) / 1e6, 12_345.678_901),
  'a gauge': () => () => Math.round(1e9 + 1e6 * normal(random)),
  'a mean': () => () => random(),
  'a mean of few decimals': () => () => Math.round(1_000 * random()) / 1_000,
  'below zero': () => () => -Math.round(5 * random()),
  'the largest and the smallest': () => () =>
    [Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53, 0.1][Math.floor(5 * random())]!,
  'mostly still': () => {
    let value = 7
    return () => {
      if (random() < 0.004) value = Math.round(1e3 * random())
      return value
    }
  },
}

function counter(step: () => number, from = 0): () => () => number {
  return () => {
    let value = from
    return () => {
      value += step()
      return value
    }
  }
}

describe('Values', () => {
  it.each(Object.keys(KINDS))('are what was given: %s', (kind) => {
    for (let round = 0; round < 2; round++) {
      const next = KINDS[kind]!()
      const values = new Values()
      const given: number[] = []
      for (let i = 0; i < 1_500; i++) {
        const value = next()
        values.push(value)
        given.push(value)
        const dropped = random() < 0.01 ? Math.floor(random() * given.length * (random() < 0.1 ? 1 : 0.3)) : 0
        if (dropped > 0) {
          values.drop(dropped)
          given.splice(0, dropped)
        }
        if (random() < 0.002) {
          const from = Math.floor(random() * given.length)
          const to = Math.floor(random() * (from + 1))
          values.moveBack(to, from)
          given.splice(to, from - to)
        }
        const some = Math.floor(random() * given.length)
        if (values.size !== given.length || values.of(some) !== given[some])
          expect([i, some, values.of(some)]).toEqual([i, some, given[some]])
        if (i % 97 === 0) expect([...values.between(some, given.length)]).toEqual(given.slice(some))
      }
      expect(given.map((_, i) => values.of(i))).toEqual(given)
    }
  })

  it('of two columns that are read side by side each tells its own', () => {
    const columns = Array.from({ length: 80 }, () => new Values())
    for (let i = 0; i < 400; i++) for (const [n, values] of columns.entries()) values.push(n * 1_000 + i)
    const wrong = []
    for (let i = 0; i < 400; i++) for (const [n, values] of columns.entries()) if (values.of(i) !== n * 1_000 + i) wrong.push([n, i])
    expect(wrong).toEqual([])
  })
})

describe('packed', () => {
  it('takes about a byte for each value of a counter, and tells where one holds still', () => {
    const next = KINDS['a counter']!()
    const block = packed(Float64Array.from({ length: BLOCK }, next)).slice()
    expect(block.length).toBeLessThan(1.3 * BLOCK)
    expect(packedSize(block, 0)).toBe(block.length)
    expect(sameOf(block, 0)).toBeNaN()
    const still = packed(new Float64Array(BLOCK).fill(12.5)).slice()
    expect([still.length, sameOf(still, 0)]).toEqual([18, 12.5])
    const out = new Float64Array(BLOCK + 1)
    unpack(Uint8Array.of(...still, 0, 0, 0), 0, out, 1)
    expect([...out]).toEqual([0, ...new Float64Array(BLOCK).fill(12.5)])
  })
})
