import { expect, test } from 'vitest'
import type { Change } from '../../model/change.ts'
import type { Store } from '../../model/store.ts'
import { emptyTopology } from '../../model/topology.ts'
import { limitChangedAt, targetLog } from './targetLog.ts'

const NOW = 1_767_225_600_000
const HOUR = 3_600_000
const MINUTE = 60_000
/** Limits, one each ten minutes up to now. */
const store = (...limits: (number | null)[]) => {
  const points = limits.map((value, i) => [NOW - (limits.length - 1 - i) * 600_000, value] as [number, number | null])
  const query: Store['query'] = ({ from }) => [{ metric: '', labels: {}, points: points.filter(([at]) => at >= from) }]
  return { query, changes: { list: () => [] as Change[] }, records: () => [] } as unknown as Store
}
const ttl = { name: 'pages', match: 'page:*', ttlMs: 1, jitter: 0, version: 1, control: { target: 'other', key: 'k' }, followers: [] }
const AT = {
  references: { settings: () => ({ from: 'report', keep: HOUR }), folder: () => '/x' } as never,
  engine: { topology: () => ({ ...emptyTopology(), ttls: [ttl] }) },
  now: () => NOW,
}
const sinceOf = (of: Store) => targetLog({ ...AT, store: of }, 'cache').since - NOW
/** A store in which one setting was changed `minutes` ago. */
function changed(target: string, name: string, minutes: number, { state = 'kept', pattern = '' } = {}): Store {
  const at = NOW - minutes * MINUTE
  const change = {
    state,
    steps: [{ setting: { target, name } }],
    ...(state === 'rolled_back' ? { watchFrom: NOW - HOUR, endedAt: at } : { watchFrom: at }),
  }
  const list: Store['changes']['list'] = (wanted) => [change as unknown as Change].filter((one) => wanted!(one))
  return { ...store(100, 100), changes: { list }, records: () => (pattern ? [{ pattern }] : []) } as unknown as Store
}

test('all that is kept counts while the limit of memory stays', () => {
  expect(limitChangedAt(store(100, null, 100), 'cache', 0, NOW)).toBeNull()
  expect(sinceOf(store(100, 100, 100))).toBe(-HOUR)
  expect(sinceOf(store())).toBe(-HOUR)
})

test('after a change the second half is of the cache as it is', () => {
  // An hour in 300 steps: the change is known to 12 s.
  expect(sinceOf(store(100, 100, 50, 50))).toBe(-2 * (1_200_000 - 12_000))
  expect(sinceOf(store(100, 50, 50, 50, 50, 50, 50))).toBe(-HOUR)
})

test.each([
  ['config/maxmemory-policy', 'cache', 'config/maxmemory-policy', {}],
  ['a policy that was put back, from then on', 'cache', 'config/maxmemory-policy', { state: 'rolled_back' }],
  ['the TTL of its keys', 'ttl:pages', 'pages/ttl', { pattern: 'page:*' }],
  ['a TTL, where it is not known which keys it holds', 'ttl:pages', 'pages/jitter', {}],
  ['the ends of its keys', 'cache', 'expiry/2026-01-05T12:05:05Z+10s/page:*', {}],
])('so it is after a change of %s', (_what, target, name, more) => {
  expect(sinceOf(changed(target, name, 10, more))).toBe(-20 * MINUTE)
  expect(sinceOf(changed(target, name, 50, more))).toBe(-HOUR)
})

test.each([
  ['another cache', 'other', 'config/maxmemory', {}],
  ['what it logs', 'cache', 'config/slowlog-max-len', {}],
  ['a server of its pool', 'cache', 'app/a/weight', {}],
  ['the TTL of keys that it does not hold', 'ttl:pages', 'pages/ttl', { pattern: 'user:*' }],
])('a change of %s cuts nothing off', (_what, target, name, more) => expect(sinceOf(changed(target, name, 10, more))).toBe(-HOUR))

test('it is told whether the cache evicted in that time', () => {
  const evicting = (...rates: (number | null)[]) => {
    const query: Store['query'] = ({ metric }) =>
      metric === 'cache_evictions_total' ? [{ metric, labels: {}, points: rates.map((rate, i) => [NOW - 1_000 * i, rate]) }] : []
    return { ...store(), query } as Store
  }
  const evicts = (of: Store) => targetLog({ ...AT, store: of }, 'cache').evicts
  expect([evicts(evicting(0, null, 3)), evicts(evicting(0, null)), evicts(evicting())]).toEqual([true, false, false])
})
