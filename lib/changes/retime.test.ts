import { expect, test } from 'vitest'
import { load } from '../../test/series.ts'
import type { Change } from '../model/change.ts'
import type { Job } from '../model/job.ts'
import type { KeyPattern } from '../model/record.ts'
import { emptyTopology, type TargetFacts, type TtlPolicy } from '../model/topology.ts'
import type { ChangesContext } from './context.ts'
import { demandRetiming, retimedBy, retimingsOf } from './retime.ts'

const AT = Date.UTC(2026, 0, 5, 12)
const MINUTE = 60_000
const policy = (more: Partial<TtlPolicy> = {}): TtlPolicy => ({ name: 'pages', match: 'page:*', ttlMs: 15 * MINUTE, jitter: 0.1, version: 2, control: { target: 'a', key: 'k' }, followers: [], ...more }) // biome-ignore format: one line
const cache = (more: Partial<TargetFacts> = {}): TargetFacts => ({ name: 'a', kind: 'redis', role: 'cache', can: { retime: true }, state: 'up', capabilities: [], ...more }) // biome-ignore format: one line
const shorter = (more: Partial<Change> = {}): Change =>
  ({
    id: 'c1',
    state: 'watching',
    watchFrom: AT,
    steps: [{ setting: { target: 'ttl:pages', name: 'pages/ttl' }, before: '1h', after: '15m' }],
    ...more,
  }) as Change
type About = { minutes?: number; keys?: number; targets?: TargetFacts[]; ttl?: TtlPolicy; patterns?: [string, number][]; others?: Change[]; job?: Job['state'] } // biome-ignore format: one line

function known({ minutes = 1, keys = 40_000, targets = [cache()], ttl = policy(), patterns = [], others = [], job = 'done' }: About = {}) {
  const store = {
    changes: { list: (wanted: (change: Change) => boolean) => others.filter(wanted) },
    records: () => patterns.map(([pattern, share]) => ({ pattern, share }) as KeyPattern),
    jobs: { get: () => ({ state: job }) },
  }
  const fleet = { topology: () => ({ ...emptyTopology(), targets, ttls: [ttl] }), window: () => load(1_000, { 'cache_items{target=a}': `${keys}x10` }) } // biome-ignore format: one line
  return { store, fleet, now: () => AT + minutes * MINUTE } as unknown as ChangesContext
}

test('keys that live longer than the new TTL allows get ends over the time that it allows, never those that have it already', () => {
  const [plan] = retimingsOf(shorter(), known({ patterns: [['page:*', 0.5]] }))
  expect(plan).toMatchObject({
    target: 'a',
    // A minute after the change: what is written within the next half minute may live until 12:17:30 and a half minute more; old keys until 13:06.
    step: {
      setting: { target: 'a', name: 'expiry/2026-01-05T12:18:00Z+2880s/page:*' },
      before: '2026-01-05T12:18:00Z+2880s',
      after: '2026-01-05T12:01:00Z+990s',
    },
    because: null,
    text: expect.stringMatching(/^About 20.000 keys of page:\* on a were stored with a TTL of 1.h; the last of them end in 1.h 5.min\./),
  })
})
test.each<[string, Change, About]>([
  ['it became longer', shorter({ steps: [{ setting: { target: 'ttl:pages', name: 'pages/ttl' }, before: '5m', after: '15m' }] }), {}],
  [
    'its jitter was changed',
    shorter({ steps: [{ setting: { target: 'ttl:pages', name: 'pages/jitter' }, before: '0', after: '0.1' }] }),
    {},
  ],
  ['it was put back', shorter({ state: 'rolled_back' }), {}],
  ['it was changed again', shorter(), { ttl: policy({ ttlMs: 5 * MINUTE }) }],
  ['its document cannot be read', shorter(), { ttl: policy({ error: 'gone' }) }],
  ['all of them have ended, or soon will', shorter(), { minutes: 50 }],
  ['the cache holds none of them', shorter(), { patterns: [['user:*', 1]] }],
  ['it is no cache', shorter(), { targets: [cache({ role: 'store' })] }],
  ['its keys cannot be re-timed', shorter(), { targets: [cache({ can: {} })] }],
  ['it is a replica', shorter(), { targets: [cache({ replication: { id: 'r', role: 'replica' } })] }],
  ['it is away', shorter(), { targets: [cache({ state: 'down' })] }],
])('nothing is offered where %s', (_why, change, about) => {
  expect(retimingsOf(change, known(about))).toEqual([])
  expect(() => demandRetiming(change, 'a', known(about))).toThrow(expect.objectContaining({ code: 'not_found' }))
})
test('more keys than can be put back, and a job under way, are refused with the reason', () => {
  const many = known({ keys: 400_000, patterns: [['page:*', 0.9]] })
  expect(retimingsOf(shorter(), many)[0]!.because).toMatch(/no more than 200.000 are at once/)
  expect(() => demandRetiming(shorter(), 'a', many)).toThrow(expect.objectContaining({ code: 'not_allowed' }))
  const running = { id: 'c2', follows: 'c1', state: 'watching', steps: [{ setting: { target: 'a', name: '' } }] } as Change
  expect(retimingsOf(shorter(), known({ others: [running] }))[0]!.because).toMatch(/change c2/)
})
test('the change of the TTL is settled as soon as those that were left alone have ended, once the job is done', () => {
  const done = { id: 'c2', follows: 'c1', job: 'j', state: 'kept', steps: [{ setting: { target: 'a', name: 'expiry/2026-01-05T12:18:00Z+2880s/page:*' } }] } as Change // biome-ignore format: one line
  expect(retimedBy(shorter(), 'a', known({ others: [done] }))).toBe(AT + 18 * MINUTE)
  expect(retimedBy(shorter(), 'b', known({ others: [done] }))).toBeNull()
  expect(retimedBy(shorter(), 'a', known({ others: [done], job: 'cancelled' }))).toBeNull()
  expect(retimedBy(shorter(), 'a', known({ others: [{ ...done, state: 'rolled_back' }] }))).toBeNull()
  expect(retimedBy(shorter(), 'a', known())).toBeNull()
})
