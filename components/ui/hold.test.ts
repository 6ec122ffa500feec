import { expect, test } from 'vitest'
import { holdOrder, holdPlaces } from './hold.ts'

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

test('of a list that is read in parts what stands somewhere stays there, and what was not read comes where it is now', () => {
  const held = holdPlaces([row('a', 1), row('b', 1), undefined, row('d', 1)], [row('b', 2), row('a', 2), row('c', 2), undefined], key)
  expect(held.rows).toEqual([row('a', 2), row('b', 2), row('c', 2), row('d', 1)])
  // It may stand where nothing has been read.
  expect(held.gone.size).toBe(0)
  const whole = holdPlaces([row('a'), row('d')], [row('e'), row('a'), row('f')], key)
  expect(whole.rows).toEqual([row('a'), row('d'), row('f')])
  expect([...whole.gone]).toEqual(['d'])
})
