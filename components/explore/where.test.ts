import { expect, test } from 'vitest'
import { families, labelChoices, readWhere, writeWhere } from './where.ts'

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

test('metrics by family, what all products have first', () => {
  const metrics = ['redis_a', 'cache_hits', 'pool_x', 'cache_b'].map((metric) => ({ metric }))
  expect(families(metrics, '').map(([family, list]) => [family, list.length])).toEqual([
    ['cache', 2],
    ['pool', 1],
    ['redis', 1],
  ])
  expect(families(metrics, 'HITS').map(([family]) => family)).toEqual(['cache'])
  expect(families(metrics, 'zz')).toHaveLength(3)
})
