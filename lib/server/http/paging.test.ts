import { expect, test } from 'vitest'
import { page, pageNewest } from './paging.ts'

const names = Array.from({ length: 25 }, (_, index) => ({ id: `n${String(index).padStart(2, '0')}`, at: index >> 1 }))

test('pages follow one another without a gap or a repetition, in both orders', () => {
  for (const one of [
    (cursor?: string) => page(names, (item) => item.id, { cursor, limit: 7 }),
    (cursor?: string) => pageNewest(names, (item) => item.at, { cursor, limit: 7 }),
  ]) {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const { items, next } = one(cursor)
      seen.push(...items.map((item) => item.id))
      cursor = next ?? undefined
    } while (cursor)
    expect([...seen].sort()).toEqual(names.map((item) => item.id))
    expect(new Set(seen).size).toBe(25)
  }
})

test('what fits comes on one page', () => {
  expect(page(names, (item) => item.id)).toMatchObject({ next: null })
  expect(page([], String)).toEqual({ items: [], next: null, total: 0 })
  expect(page(names.slice(0, 7), (item) => item.id, { limit: 7 }).next).toBeNull()
})

test('a list that grows at its head meanwhile repeats nothing', () => {
  const first = pageNewest(names, (item) => item.at, { limit: 10 })
  const grown = [...names, { id: 'new', at: 99 }]
  const second = pageNewest(grown, (item) => item.at, { limit: 10, cursor: first.next! })
  expect(second.items.some((item) => first.items.some((other) => other.id === item.id))).toBe(false)
})

test('what is no cursor is refused', () => {
  for (const cursor of ['', '***', 'AAAA', 'x'.repeat(5000)]) expect(() => page(names, (item) => item.id, { cursor })).toThrow(/next/)
})
