import { expect, test } from 'vitest'
import { nextDue } from './nextDue.ts'

test('all have their turn, however often the first ones are due again', () => {
  const names = Array.from({ length: 30 }, (_, i) => `c${i}`)
  const dueAt = new Map<string, number>()
  const turns = Array.from({ length: 60 }, (_, second) => {
    const name = nextDue(names, dueAt, second)!
    // Each is due again after ten turns: too little is known of it.
    dueAt.set(name, second + 10)
    return name
  })
  expect(new Set(turns)).toEqual(new Set(names))
  expect(turns.filter((name) => name === 'c0')).toHaveLength(2)
})
test('nobody is due before the time', () => {
  expect(nextDue(['a', 'b'], new Map([['a', 5], ['b', 7]]), 4)).toBeUndefined() // biome-ignore format: one line
  expect(nextDue([], new Map(), 4)).toBeUndefined()
})
