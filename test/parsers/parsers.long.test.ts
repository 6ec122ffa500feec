import { expect, test } from 'vitest'
import { fuzzGroup } from './fuzz.ts'
import { steep } from './growth.ts'
import { GROUPS, PARSERS } from './list.ts'

const MILLION = 1_000_000

test.each(PARSERS)('$name: time grows no faster than the text, up to a megabyte', (parser) => {
  // A library reads YAML, ten microseconds a character of the worst kind.
  const sizes: [number, number][] = parser.yaml ? [[1_000, 10_000], [10_000, 100_000]] : [[10_000, 100_000], [100_000, 1_000_000]] // biome-ignore format: a table
  expect(sizes.flatMap((pair) => steep(parser, pair))).toEqual([])
})

test.each(GROUPS)('%s: a million odd inputs are read, or refused in words', (group) => {
  const { fed, found } = fuzzGroup(group, MILLION, 1)
  expect(found).toEqual([])
  expect(fed).toBe(MILLION)
})
