import { expect, test } from 'vitest'
import type { RingSpec } from '../model/ring.ts'
import { readEdit, writeEdit } from './pointsEdit.ts'

const spec: RingSpec = {
  algorithm: 'ketama',
  nodes: [
    { name: 'a:1', points: 40 },
    { name: 'b, c', points: 160 },
  ],
}

test('an edit goes through a URL and back', () => {
  const after = {
    ...spec,
    nodes: [
      { name: 'a:1', points: 118 },
      { name: 'b, c', points: 150 },
    ],
  }
  expect(readEdit(spec, writeEdit(spec, after))).toEqual(after)
  expect(writeEdit(spec, spec)).toBe('')
})

test('nonsense changes nothing', () => {
  expect(readEdit(spec, 'a%3A1:0,zz:5,a%3A1:1e9,:3,%zz:4,')).toEqual(spec)
})
