import { describe, expect, it } from 'vitest'
import { FROM, load } from '../../test/series.ts'
import type { Change } from '../model/change.ts'
import type { Step } from '../model/proposal.ts'
import { emptyTopology, type Topology } from '../model/topology.ts'
import { settledFrom, watchLimitMs } from './settle.ts'
import { watchSettings } from './watchSettings.ts'

const step = (target: string, name: string, before: string, after: string): Step => ({ setting: { target, name }, before, after })
function change(own: Step, metric: string, where: Record<string, string>): Change {
  const prediction = { metric, where, unit: 'seconds' as const, before: 1, after: 1, low: 1, high: 1, basis: '' }
  return { steps: [own], prediction, watchFrom: FROM, watchUntil: FROM + 120_000 } as Change
}
const haproxy: Topology = { ...emptyTopology(), targets: [{ name: 'edge', kind: 'haproxy', state: 'up', capabilities: [] }] }

describe('the numbers hold nothing of the time before the write', () => {
  it('once twice as many requests have passed as the product smooths its times over', () => {
    const pool = change(step('edge', 'app/a/weight', '100', '20'), 'pool_queue_seconds', { target: 'edge', pool: 'app' })
    const smoothing = (samples: number) => ({ 'pool_response_smoothing{target=edge,pool=app}': `${samples}x1` })
    const at = (polls: number, perSecond: number, samples = 512) =>
      settledFrom(
        pool,
        load(1_000, { 'pool_requests_total{target=edge,pool=app}': `0+${perSecond}x${polls}`, ...smoothing(samples) }),
        emptyTopology(),
      )
    expect(at(10, 240, 256)).toBe(FROM + 3_000)
    expect(at(4, 240)).toBeNull()
    expect(at(10, 240)).toBe(FROM + 5_000)
    expect(at(60, 2)).toBeNull()
    const byServer = { 'pool_requests_total{target=edge,pool=app,server=a}': '0+200x9', 'pool_requests_total{target=edge,pool=app,server=b}': '0+100x9' } // biome-ignore format: one line
    expect(settledFrom(pool, load(1_000, { ...byServer, ...smoothing(512) }), emptyTopology())).toBe(FROM + 4_000)
  })

  it('after two polls for everything that is no rolling mean', () => {
    const cache = change(step('a', 'config/maxmemory', '1', '2'), 'cache_hit_ratio', { target: 'a' })
    expect(settledFrom(cache, load(1_000, { 'x{target=a}': '0x1' }), haproxy)).toBeNull()
    expect(settledFrom(cache, load(1_000, { 'x{target=a}': '0x3' }), haproxy)).toBe(FROM + 2_000)
  })

  it('after two polls for a counter of seconds, which is the part of the time that was spent, and for a mean freed of its smoothing', () => {
    const series = { 'pool_requests_total{target=edge,pool=app}': '0+240x3', 'pool_response_smoothing{target=edge,pool=app}': '512x3' }
    const at = (metric: string) =>
      settledFrom(
        change(step('edge', 'app/a/weight', '100', '20'), metric, { target: 'edge', pool: 'app' }),
        load(1_000, series),
        emptyTopology(),
      )
    expect(at('pool_busy_seconds_total')).toBe(FROM + 2_000)
    expect(at('pool_response_seconds')).toBe(FROM + 2_000)
    expect(at('pool_connect_seconds')).toBeNull()
  })

  it('not while a weight still rises, then from the whole weight on', () => {
    const rises = change(step('edge', 'app/a/state', 'maint', 'ready'), 'pool_error_ratio', { target: 'edge', pool: 'app' })
    const slowStart = { rises: [{ setting: { target: 'edge', name: 'app/a/weight' }, before: '4', values: ['1', '4'] }], stage: 0, everyMs: 10_000 } // biome-ignore format: one line
    const upTo = (seconds: number) => load(1_000, { 'x{target=edge}': `0x${seconds}` })
    expect(settledFrom({ ...rises, slowStart }, upTo(30), haproxy)).toBeNull()
    const done = { ...rises, slowStart: { ...slowStart, stage: 1, doneAt: FROM + 10_000 } }
    expect(settledFrom(done, upTo(11), haproxy)).toBeNull()
    expect(settledFrom(done, upTo(13), haproxy)).toBe(FROM + 12_000)
  })

  it('ten seconds after a ring’s followers have moved, or were waited for', () => {
    const ring = change(step('ring:products', 'products/a/points', '40', '160'), 'ring_imbalance', { ring: 'products' })
    const with_ = (version: number): Topology => ({
      ...emptyTopology(),
      rings: [{ name: 'products', spec: { algorithm: 'ketama', nodes: [] }, version: 8, control: { target: 'a', key: 'k' }, nodes: [], followers: [{ name: 'f', version, seenAt: FROM + 10_000 }] }], // biome-ignore format: one line
    })
    const upTo = (seconds: number) => load(1_000, { x: `0x${seconds}` })
    expect(settledFrom(ring, upTo(11), with_(8))).toBeNull()
    expect(settledFrom(ring, upTo(12), with_(8))).toBe(FROM + 12_000)
    expect(settledFrom(ring, upTo(20), with_(7))).toBeNull()
    expect(settledFrom(ring, upTo(40), with_(7))).toBe(FROM + 12_000)
  })

  it('after the old TTL for a TTL policy', () => {
    const topology: Topology = { ...emptyTopology(), ttls: [{ name: 'products', match: 'p:*', ttlMs: 60_000, jitter: 0, version: 1, control: { target: 'a', key: 'k' }, followers: [] }] } // biome-ignore format: one line
    const ttl = change(step('ttl:products', 'products/ttl', '2m', '1m'), 'cache_expiration_rate', { target: 'a' })
    expect(settledFrom(ttl, load(1_000, { x: '0x100' }), topology)).toBeNull()
    expect(settledFrom(ttl, load(1_000, { x: '0x130' }), topology)).toBe(FROM + 122_000)
    // The longest life that the old jitter drew is over, too.
    const jitter = change(step('ttl:products', 'products/jitter', '0.5', '0.8'), 'cache_expiration_peak_rate', { target: 'a' })
    expect(settledFrom(jitter, load(1_000, { x: '0x91' }), topology)).toBeNull()
    expect(settledFrom(jitter, load(1_000, { x: '0x93' }), topology)).toBe(FROM + 92_000)
    const limits = { watchMs: 120_000, ownMs: 60_000, ttlWatchMs: 86_400_000 }
    expect(watchLimitMs(ttl, topology, limits)).toBe(2 * 60_000 + 55_000)
    expect(watchLimitMs(change(step('ttl:products', 'products/jitter', '0', '0.3'), 'x', {}), topology, limits)).toBe(175_000)
    // A TTL of a fifth is settled when the keys of the old one have ended, and is watched until then.
    const fifth = change(step('ttl:products', 'products/ttl', '5m', '1m'), 'cache_hit_ratio', { target: 'a' })
    expect(watchLimitMs(fifth, topology, limits)).toBe(300_000 + 55_000)
    expect(settledFrom(fifth, load(1_000, { x: '0x310' }), topology)).toBe(FROM + 302_000)
    // Re-timed, they have ended earlier.
    expect(settledFrom(fifth, load(1_000, { x: '0x90' }), topology, FROM + 80_000)).toBe(FROM + 82_000)
    expect(watchLimitMs({ ...ttl, steps: [step('edge', 'app/a/weight', '1', '2')] }, topology, limits)).toBe(120_000)
    expect(watchLimitMs({ steps: [step('edge', 'app/a/weight', '1', '2')], prediction: null }, topology, limits)).toBe(60_000)
  })
})

it('reads durations as the contract writes them', () => {
  const limits = { watchMs: 120_000, ownMs: 60_000, ttlWatchMs: 864_000_000 }
  const watched = (ttl: string) => watchLimitMs({ steps: [step('ttl:x', 'x/ttl', ttl, ttl)], prediction: null }, emptyTopology(), limits)
  const lengths = ['90s', '10m', '1h30m', '60000ms', '1500', '1.5h', '2d', 'soon', ''].map((ttl) => (watched(ttl) - 55_000) / 2)
  expect(lengths).toEqual([90_000, 600_000, 5_400_000, 60_000, 1_500, 5_400_000, 172_800_000, 0, 0])
})

it('a configured longest watch shortens that of own changes too, and none is longer than 115 s', () => {
  expect(watchSettings({ watchMs: 40_000 })).toMatchObject({ watchMs: 40_000, ownMs: 40_000 })
  expect(watchSettings({ watchMs: 120_000 })).toMatchObject({ watchMs: 115_000, ownMs: 60_000 })
})
