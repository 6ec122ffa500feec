import { expect, test } from 'vitest'
import type { TtlPolicyView } from '@/lib/model/answers/ttl.ts'
import { partRows, withPart } from './partRows.ts'

const policy = (name: string, match: string) => ({ name, match, ttlMs: 60_000, jitter: 0.1 }) as TtlPolicyView
const patterns = ['product:*', 'product:*:price', 'session:*', 'odd[1]:*'].map((pattern) => ({ pattern, readsShare: 0.25 }))

test('policies of which keys are read come first, then the patterns that none covers', () => {
  const rows = partRows([], [policy('products', 'product:*'), policy('mail', 'mail:*')], patterns)
  expect(rows.map(({ match, policy }) => [match, policy?.name])).toEqual([
    ['product:*', 'products'],
    ['session:*', undefined],
    ['odd\\[1]:*', undefined],
  ])
})

test('what was changed stands first and stays, whatever is read', () => {
  const rule = { match: 'product:*:price', ttl: 'none' } as const
  const rows = partRows([rule, { match: 'gone:*', ttl: 'none' }], [policy('products', 'product:*')], patterns)
  expect(rows.map(({ match }) => match)).toEqual(['product:*:price', 'gone:*', 'product:*', 'session:*', 'odd\\[1]:*'])
  expect(rows[0]!.rule).toBe(rule)
})

test('of many patterns the first are listed', () => {
  const many = Array.from({ length: 30 }, (_, i) => ({ pattern: `p${String.fromCharCode(97 + i)}:*`, readsShare: 0.1 }))
  expect(partRows([], [], many).length).toBe(10)
})

test('a part is chosen, chosen anew, and as it is again', () => {
  const one = withPart([], 'a:*', 'none')
  const two = withPart(one, 'b:*', 'none')
  const ttl = { ms: 1_000, jitter: 0, refreshOnRead: false }
  expect(withPart(two, 'a:*', ttl)).toEqual([
    { match: 'a:*', ttl },
    { match: 'b:*', ttl: 'none' },
  ])
  expect(withPart(two, 'a:*', null)).toEqual([{ match: 'b:*', ttl: 'none' }])
})
