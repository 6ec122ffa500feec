import { expect, it } from 'vitest'
import { RecordTable } from './recordTable.ts'
import { UnwrittenRecords } from './unwritten.ts'

it('tells each record once, those first that have waited longest, until it is told that they were written', () => {
  const [unwritten, facts, keys] = [new UnwrittenRecords(), new RecordTable(), new RecordTable()]
  const taken = (most: number) => {
    const told: string[] = []
    const written = unwritten.take(most, ({ kind, target, table }, id) => {
      expect(table).toBe(kind === 'fact' ? facts : keys)
      told.push(`${kind} ${target} ${id}`)
    })
    return { told, written }
  }
  for (const id of ['x', 'y', 'x']) unwritten.add('fact', 'a', facts, id)
  for (const id of ['k1', 'k2', 'k3']) unwritten.add('big-key', 'a', keys, id)
  expect(unwritten.size).toBe(5)
  const first = taken(3)
  expect(first.told).toEqual(['fact a x', 'fact a y', 'big-key a k1'])
  // The transaction failed: they are told again.
  expect(taken(3).told).toEqual(first.told)
  first.written()
  expect(unwritten.size).toBe(2)
  unwritten.add('fact', 'a', facts, 'x')
  const rest = taken(10)
  expect(rest.told).toEqual(['big-key a k2', 'big-key a k3', 'fact a x'])
  rest.written()
  rest.written()
  expect([unwritten.size, taken(10).told]).toEqual([0, []])
})
