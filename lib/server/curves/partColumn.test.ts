import { expect, it } from 'vitest'
import { ReferenceBuilder } from '../../curves/references.ts'
import { withParts } from './partColumn.ts'
import { readPatterns } from './readPatterns.ts'

const builder = new ReferenceBuilder()
for (const id of ['page:1', 'page:2:price', 'session:1', 'x']) builder.add({ at: 0, id, hash: 1 })
const references = builder.build()
const patterns = ['session:*', 'page:*', 'page:*:price']
const patternOf = [2, 3, 1, 0]

it('each key is in the first part whose glob matches its pattern, or in none', () => {
  const partsOf = (...matches: string[]) => [
    ...withParts(
      references,
      matches.map((match) => ({ match })),
      patterns,
      patternOf,
    ).part!,
  ]
  expect(partsOf('page:*', 'session:*')).toEqual([1, 1, 2, 0])
  expect(partsOf('*:price', 'page:*')).toEqual([2, 1, 0, 0])
  expect(partsOf('other:*')).toEqual([0, 0, 0, 0])
})

it('without a question of parts nothing is added; without patterns no part can be told', () => {
  expect(withParts(references, undefined, [], [])).toBe(references)
  expect(() => withParts(references, [{ match: '*' }], [], [])).toThrow('The references tell no patterns of keys')
})

it('the patterns that are read most are told, with their shares of the reads', () => {
  const rows = { key: Uint32Array.of(0, 0, 1, 2, 3), op: Uint8Array.of(0, 1, 0, 0, 0) }
  expect(readPatterns(rows, patterns, [2, 2, 1, 0])).toEqual([
    { pattern: 'page:*', readsShare: 0.5 },
    { pattern: 'session:*', readsShare: 0.25 },
  ])
  expect(readPatterns(rows, [], [])).toEqual([])
})
