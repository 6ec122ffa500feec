import { expect, test } from 'vitest'
import { holdOrder } from './hold.ts'

const row = (id: string, value = 0) => ({ id, value })
const key = (r: { id: string }) => r.id

test('held rows keep their places and take new values', () => {
  const held = holdOrder([row('a', 1), row('b', 2)], [row('b', 5), row('a', 4)], key)
  expect(held.rows).toEqual([row('a', 4), row('b', 5)])
  expect(held.moved).toBe(1)
})

test('a row that is gone keeps its place, a new one goes to the end', () => {
  const held = holdOrder([row('a'), row('b')], [row('c'), row('b')], key)
  expect(held.rows.map(key)).toEqual(['a', 'b', 'c'])
  expect([...held.gone]).toEqual(['a'])
})

test('nothing moves when nothing changed', () => {
  expect(holdOrder([row('a')], [row('a', 2)], key)).toMatchObject({ moved: 0, rows: [row('a', 2)] })
})
