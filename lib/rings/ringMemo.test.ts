import { expect, it } from 'vitest'
import type { RingSpec } from '../model/ring.ts'
import { ringMemo } from './ringMemo.ts'

const ring = (name: string): RingSpec => ({ algorithm: 'ketama', nodes: [{ name }] })

it('computes an answer once, of each question', () => {
  const asked: string[] = []
  const nameOf = ringMemo((one: RingSpec, other: RingSpec) => {
    asked.push(`${one.nodes[0]!.name}${other.nodes[0]!.name}`)
    return asked.length
  })
  expect([nameOf(ring('a'), ring('b')), nameOf(ring('b'), ring('a')), nameOf(ring('a'), ring('b'))]).toEqual([1, 2, 1])
  expect(asked).toEqual(['ab', 'ba'])
})

it('forgets what was asked for the longest ago, once questions are too long together', () => {
  let computed = 0
  const memo = ringMemo((_: RingSpec) => ++computed)
  const long = (letter: string) => ring(letter.repeat(3_000_000))
  memo(long('a'))
  memo(long('b'))
  expect(memo(long('a'))).toBe(1)
  memo(long('c'))
  expect(memo(long('a'))).toBe(1)
  expect(memo(long('b'))).toBe(4)
})

it('answers a question that is too long to be remembered, and remembers no error', () => {
  const memo = ringMemo((spec: RingSpec) => {
    if (spec.nodes[0]!.name === 'bad') throw new Error('cannot be placed')
    return spec.nodes[0]!.name.length
  })
  expect(memo(ring('x'.repeat(9_000_000)))).toBe(9_000_000)
  expect(() => memo(ring('bad'))).toThrow('cannot be placed')
  expect(() => memo(ring('bad'))).toThrow('cannot be placed')
  expect(memo(ring('ab'))).toBe(2)
})
