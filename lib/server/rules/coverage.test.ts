import { describe, expect, it, test } from 'vitest'
import { PARSERS } from '../../../test/parsers/list.ts'
import { detectors } from '../../detectors/registry.ts'
import { namedBy } from '../../metrics/bound.ts'
import { metrics } from '../../metrics/registry.ts'
import type { Parsed } from '../../model/product.ts'
import { products } from '../../products/sources.ts'
import { coverage, coverageText } from './coverage.ts'

const probes = products.flatMap(({ kind, probes }) => probes.map((probe) => ({ name: `${kind}/${probe.id}`, emits: probe.emits ?? {} })))
/** What rules and pages know: a probe says of these whether it gives them. */
const known = new Set([...metrics.map(({ name }) => name), ...detectors.flatMap(({ needs }) => [...namedBy(needs).series])])
const KINDS = new Set(detectors.flatMap(({ needs }) => [...namedBy(needs).records]))

describe('what probes say that they give', () => {
  it.each(probes)('$name: all that its captured answers hold', ({ name, emits }) => {
    const parser = PARSERS.find((one) => one.name === name)
    const seen = (parser ? [...parser.good, ...(parser.real ?? [])] : []).flatMap((text) => {
      try {
        return [parser!.run(text) as Parsed]
      } catch {
        return []
      }
    })
    const samples = new Set(seen.flatMap(({ samples }) => samples.map(({ metric }) => metric)))
    expect([...samples].filter((metric) => known.has(metric) && !emits.metrics?.includes(metric))).toEqual([])
    const records = new Set(seen.flatMap(({ records }) => records.map(({ kind }) => kind)))
    expect([...records].filter((kind) => KINDS.has(kind) && !emits.records?.includes(kind))).toEqual([])
    if (seen.some(({ topology }) => (topology.pools?.length ?? 0) > 0)) expect(emits.topology).toContain('pools')
    if (seen.some(({ topology }) => (topology.rings?.length ?? 0) > 0)) expect(emits.topology).toContain('rings')
    if (seen.some(({ topology }) => topology.facts?.cluster)) expect(emits.topology).toContain('cluster')
  })

  it('is known to a rule or a page', () => {
    const strange = probes.flatMap(({ name, emits }) =>
      (emits.metrics ?? []).filter((metric) => !known.has(metric)).map((metric) => `${name} ${metric}`),
    )
    expect(strange).toEqual([])
  })

  it('is what rules need: each metric that a rule names is given by some probe, or derived by the engine', () => {
    const given = new Set(probes.flatMap(({ emits }) => emits.metrics ?? []))
    const named = new Set(detectors.flatMap(({ needs }) => [...namedBy(needs).series]))
    expect([...named].filter((metric) => !given.has(metric) && !/^(ring|cluster)_/.test(metric))).toEqual([])
  })
})

const text = (rule: string, kind: string) =>
  coverageText(coverage(detectors.find(({ id }) => id === rule)!, products.find((product) => product.kind === kind)!))

test('which rule works on which product', () => {
  expect(text('cache/hit-ratio-drop', 'redis')).toBe('yes')
  expect(text('cache/hit-ratio-drop', 'haproxy')).toBe('no: cache_hits_total, cache_misses_total')
  expect(text('cache/hit-ratio-drop', 'nginx')).toBe('with VTS or access log')
  expect(text('cache/slow-commands', 'redis')).toBe('with SLOWLOG')
  expect(text('cache/config-drift', 'redis')).toBe('with CONFIG of a group')
  expect(text('cache/config-drift', 'memcached')).toBe('with stats settings')
  expect(text('balancer/error-rate', 'redis')).toBe('no: pools')
  expect(text('cache/memory-surplus', 'memcached')).toBe('with references')
  expect(text('cache/eviction-policy', 'memcached')).toBe('no: a choice of its rule of eviction')
  expect(text('cache/eviction-policy', 'redis')).toBe('with references')
  expect(text('cache/memory-split', 'redis')).toBe('with CLUSTER NODES and references')
  expect(text('cache/memory-surplus', 'haproxy')).toBe('no: references')
  expect(text('cache/hot-key', 'memcached')).toBe('with watch')
  expect(text('cache/big-key', 'memcached')).toBe('with largest keys')
  expect(text('balancer/slow-server', 'haproxy')).toBe('yes')
  expect(text('balancer/slow-server', 'twemproxy')).toBe('no: pool_response_seconds')
  expect(text('ring/imbalance', 'control')).toBe('yes')
  expect(text('ring/imbalance', 'redis')).toBe('no: a ring')
  expect(text('fleet/target-down', 'envoy')).toBe('yes')
})
