import { describe, expect, it } from 'vitest'
import type { BigKey } from '../model/record.ts'
import { HeldText } from './heldText.ts'
import { RecordTable } from './recordTable.ts'

const big = (n: number, at = n): BigKey => ({ kind: 'big-key', target: 'a', id: `k${n}`, at, key: `k${n}`, type: 'hash', bytes: n })
const tableOf = (count: number) => {
  const table = new RecordTable()
  for (let n = 0; n < count; n++) table.set(big(n))
  return table
}
const idsOf = (rows: Iterable<{ id: string }>) => [...rows].map(({ id }) => id)

// Beyond 256 rows it has an index.
describe.each([3, 40, 256, 1_000])('a table of %i records', (count) => {
  it('has each by its id, once, the newest first', () => {
    const table = tableOf(count)
    expect(table.size).toBe(count)
    for (const n of [0, 1, count - 1]) expect(table.get(`k${n}`)).toEqual(big(n))
    expect(table.get('k-1')).toBeUndefined()
    expect(idsOf(table.newestFirst()).slice(0, 2)).toEqual([`k${count - 1}`, `k${count - 2}`])
    table.set(big(1, 1e6))
    expect(table.size).toBe(count)
    expect(table.newestFirst()[0]).toEqual(big(1, 1e6))
    // It stands where it stood.
    expect(table.rows()[1]).toEqual(big(1, 1e6))
    table.set(big(count))
    expect([table.size, table.get(`k${count}`)]).toEqual([count + 1, big(count)])
  })

  it('drops the oldest beyond a number, and those that are too old', () => {
    const table = tableOf(count)
    expect(table.bound(count, 0)).toEqual([])
    expect(idsOf(table.bound(count - 1, 0))).toEqual(['k0'])
    expect(idsOf(table.bound(count, 2))).toEqual(['k1'])
    expect(table.size).toBe(count - 2)
    expect(table.get('k1')).toBeUndefined()
    expect(table.get(`k${count - 1}`)).toEqual(big(count - 1))
    table.set(big(1))
    expect([table.size, table.get('k1')]).toEqual([count - 1, big(1)])
    expect(idsOf(table.newestFirst()).at(-1)).toBe('k1')
  })
})

it('sorts anew after a record was changed in place', () => {
  const table = tableOf(2)
  expect(idsOf(table.newestFirst())).toEqual(['k1', 'k0'])
  table.get('k0')!.at = 9
  table.changed()
  expect(idsOf(table.newestFirst())).toEqual(['k0', 'k1'])
})

it('tells an answer as its text', () => {
  const table = new RecordTable()
  table.set({ kind: 'raw', target: 'a', id: 'info', at: 1, held: new HeldText('# Server') })
  expect(table.newestFirst()).toEqual([{ kind: 'raw', target: 'a', id: 'info', at: 1, text: '# Server' }])
})
