import { expect, test } from 'vitest'
import { labelChoices, readWhere, writeWhere } from './where.ts'

test('labels go through a URL and back, whatever they hold', () => {
  const where = { target: 'edge', pool: 'a:b,c=d ü' }
  expect(readWhere(writeWhere(where))).toEqual(where)
  expect(readWhere('x,%zz:1,a:')).toEqual({})
  expect(writeWhere({ a: '' })).toBe('')
})

test('what can still be chosen', () => {
  const all = [
    { target: 'a', command: 'get' },
    { target: 'a', command: 'set' },
    { target: 'b', command: 'get' },
  ]
  expect(labelChoices(all, { target: 'a' })).toEqual({ command: ['get', 'set'], target: ['a', 'b'] })
  expect(labelChoices([{ target: 'a' }], {})).toEqual({})
})
