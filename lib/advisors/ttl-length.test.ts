import { describe, expect, it } from 'vitest'
import { load } from '../../test/series.ts'
import type { Finding } from '../model/finding.ts'
import type { Draft } from '../model/proposal.ts'
import { emptyTopology, type TtlPolicy } from '../model/topology.ts'
import { ttlLength } from './ttl-length.ts'

const finding = { id: 'f', rule: 'cache/hit-ratio-low', subject: { target: 'a' }, evidence: [] } as unknown as Finding
const policy = (name = 'products'): TtlPolicy => ({
  name,
  match: '*',
  ttlMs: 60_000,
  jitter: 0,
  version: 1,
  control: { target: 'a', key: 'k' },
  followers: [],
})

/** Per second: keys that end, reads that miss, keys evicted; and the part of 1 000 bytes in use. */
function propose({ ends = 40, misses = 50, evicted = 0, used = 300, policies = [policy()] } = {}) {
  const counter = (perSecond: number) => `0+${perSecond}x120`
  const window = load(1000, {
    'cache_hits_total{target=a}': counter(40),
    'cache_misses_total{target=a}': counter(misses),
    'cache_expirations_total{target=a}': counter(ends),
    'cache_evictions_total{target=a}': counter(evicted),
    'cache_memory_used_bytes{target=a}': `${used}x120`,
    'cache_memory_max_bytes{target=a}': '1000x120',
  })
  return ttlLength.propose(finding, window, { ...emptyTopology(), ttls: policies })
}

describe('a longer life for keys that end before they are read again', () => {
  it('doubles the TTL of the policy, guards evictions, and says why there is no prediction', () => {
    const draft = propose() as Draft
    expect(draft.steps).toEqual([{ setting: { target: 'ttl:products', name: 'products/ttl' }, before: '1m', after: '2m' }])
    expect(draft.predict).toEqual({ absentBecause: expect.stringContaining('reads of single keys are not recorded') })
    expect(draft.guards[0]).toMatchObject({ metric: 'cache_eviction_rate', op: '>' })
  })

  it.each([
    ['the memory is too small', { evicted: 20 }, 'the memory is too small'],
    ['what is missed was never there', { ends: 5 }, 'never there'],
    ['twice as many keys would not fit', { used: 600 }, 'memory first'],
    ['no policy covers them', { policies: [] }, 'No TTL policy'],
    ['several policies may be meant', { policies: [policy('one'), policy('two')] }, 'Several'],
  ])('proposes nothing where %s', (_why, fleet, says) => {
    expect(propose(fleet)).toEqual({ none: expect.stringContaining(says) })
  })
})
