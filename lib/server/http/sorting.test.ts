import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Person } from '../../model/answers/person.ts'
import { type Sorting, sortedPage, sorting } from './sorting.ts'

type Cache = { name: string; reads: number | null; team: string }
const caches: Cache[] = Array.from({ length: 25 }, (_, i) => ({
  name: `app${i}`,
  // Several are the same, and of some it is not known.
  reads: i % 5 === 4 ? null : (i * 7) % 6,
  team: i % 3 === 0 ? 'shop' : 'pay',
})).sort((a, b) => (a.name < b.name ? -1 : 1))
const by = {
  name: ({ name }: Cache) => name,
  columns: { name: ({ name }: Cache) => name, reads: ({ reads }: Cache) => reads },
  labels: ({ team }: Cache) => ({ team }),
}
const list = (asked: Sorting & { cursor?: string; limit?: number; offset?: number }, of = caches) => sortedPage(of, by, asked)

async function everyPage(asked: Sorting, limit = 7): Promise<Cache[]> {
  const found: Cache[] = []
  for (let cursor: string | undefined; ; ) {
    const { items, next, total } = await list({ ...asked, limit, ...(cursor && { cursor }) })
    expect(total).toBe(25)
    found.push(...items)
    if (next === null) return found
    cursor = next
  }
}

test('without a column the list is as it came: by the characters of its names', async () => {
  expect((await list({ limit: 3 })).items.map(({ name }) => name)).toEqual(['app0', 'app1', 'app10'])
})

test('names are sorted as people read them', async () => {
  expect((await everyPage({ sort: 'name' })).map(({ name }) => name)).toEqual(Array.from({ length: 25 }, (_, i) => `app${i}`))
  expect((await list({ sort: '-name', limit: 1 })).items[0]!.name).toBe('app24')
})

test.each(['reads', '-reads'])(
  '%s: pages follow one another without a gap or a repetition, what is not known last, the same by name',
  async (sort) => {
    const all = await everyPage({ sort })
    expect(new Set(all.map(({ name }) => name)).size).toBe(25)
    const wanted = [...caches].sort((a, b) => {
      if (a.reads === null || b.reads === null) return Number(a.reads === null) - Number(b.reads === null) || (a.name < b.name ? -1 : 1)
      return (sort === 'reads' ? a.reads - b.reads : b.reads - a.reads) || (a.name < b.name ? -1 : 1)
    })
    expect(all).toEqual(wanted)
  },
)

test('a page begins at any place of the list', async () => {
  for (const sort of [undefined, 'name', '-reads']) {
    const whole = await list({ sort, limit: 25 })
    const middle = await list({ sort, limit: 5, offset: 10 })
    expect(middle.items).toEqual(whole.items.slice(10, 15))
    expect((await list({ sort, limit: 5, cursor: middle.next! })).items).toEqual(whole.items.slice(15, 20))
    expect(await list({ sort, offset: 25 })).toEqual({ items: [], next: null, total: 25 })
    await expect(list({ sort, offset: 5, cursor: middle.next! })).rejects.toThrow(/offset: .*not at both/)
  }
})

test('what a cursor names may be gone', async () => {
  const first = await list({ sort: '-reads', limit: 5 })
  const left = caches.filter(({ name }) => name !== first.items.at(-1)!.name)
  const second = await list({ sort: '-reads', limit: 20, cursor: first.next! }, left)
  expect(second.items).toHaveLength(20)
  expect(second.items.some(({ name }) => first.items.some((other) => other.name === name))).toBe(false)
})

test('those come first on which somebody may act, each part in its order', async () => {
  const person = { name: 'ann', role: 'viewer', grants: [{ role: 'operator', where: { team: 'shop' } }] } as unknown as Person
  const all = await everyPage({ sort: '-reads', mine: true, person })
  expect(all.findIndex(({ team }) => team === 'pay')).toBe(9)
  expect(all.slice(0, 9)).toEqual((await everyPage({ sort: '-reads' })).filter(({ team }) => team === 'shop'))
  expect((await everyPage({ mine: true, person }))[0]!.team).toBe('shop')
  // Whoever has no role by label has no part of their own, and nobody is asked for it who does not want it.
  expect(await everyPage({ mine: true, person: { ...person, grants: undefined } })).toEqual(caches)
  expect(await everyPage({ person })).toEqual(caches)
})

test('a column that there is not is refused by the names of those that there are, and so is what is no cursor', async () => {
  const query = z.object(sorting(['name', 'reads']))
  expect(query.parse({ sort: '-reads', offset: '3' })).toEqual({ sort: '-reads', offset: 3 })
  for (const sort of ['size', '--name', '', 'Name', '__proto__'])
    expect(query.safeParse({ sort }).error!.issues[0]!.message).toBe(
      'expected one of name, reads, or one of them after a "-" for descending',
    )
  for (const offset of ['-1', '1.5', 'x', '1e9']) expect(query.safeParse({ offset }).success).toBe(false)
  const { next: plain } = await list({ limit: 5 })
  for (const cursor of ['', '***', 'AAAA', 'x'.repeat(5_000), plain!, Buffer.from('k[1]').toString('base64url')])
    await expect(list({ sort: 'name', cursor })).rejects.toThrow(/cursor: give back/)
})
