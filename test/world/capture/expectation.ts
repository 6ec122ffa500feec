import type { Parsed } from '../../../lib/model/product.ts'
import { labelsMatch, type Reading } from '../../../lib/model/series.ts'
import type { WorldCase } from '../worldCase.ts'
import { round } from './template.ts'

/** What one probe made of an answer, and when. */
export type Look = { parsed: Parsed; at: number }

/** Counters and gauges of which a case says what they come to; the rest follows the same path. */
const COUNTERS = ['cache_hits_total', 'cache_misses_total', 'pool_requests_total', 'nginx_requests_total']
const GAUGES = ['cache_items', 'pool_up']
const SERIES_MAX = 12
/** Slower ones drown in the rounding of a short run. */
const RATE_LEAST = 2

/** What Evenkeel reads of a live server now, as the expectation of its case. A person checks it: a wrong reading is why cases are captured. */
export function expectationOf(first: ReadonlyMap<string, Look>, second: ReadonlyMap<string, Look>): WorldCase['expect'] {
  const parts = [...second.values()].map(({ parsed }) => parsed.topology)
  const version = parts.find(({ facts }) => facts?.version)?.facts?.version
  const pools = parts.flatMap((part) => part.pools ?? [])
  const series = seriesOf(first, second)
  return {
    because: 'captured; check each line',
    state: 'up',
    ...(version === undefined ? {} : { version }),
    ...(pools.length > 0 ? { pools: Object.fromEntries(pools.map((pool) => [pool.name, poolOf(pool)])) } : {}),
    ...(Object.keys(series).length > 0 ? { series } : {}),
  }
}

type Pool = NonNullable<Parsed['topology']['pools']>[number]

const poolOf = ({ algorithm, balances, ring, sticky, servers }: Pool) => ({
  algorithm,
  balances,
  ring: ring ? { algorithm: ring.algorithm } : null,
  sticky: sticky ?? null,
  servers: Object.fromEntries(servers.map(({ name, state, weightSet }) => [name, { state, weightSet }])),
})

function seriesOf(first: ReadonlyMap<string, Look>, second: ReadonlyMap<string, Look>): Record<string, number> {
  const found: [string, number][] = []
  for (const [probe, { parsed, at }] of second) {
    const earlier = first.get(probe)
    if (!earlier) continue
    const before = new Map(earlier.parsed.samples.map((sample) => [keyOf(sample), sample.value]))
    for (const sample of parsed.samples) {
      // A case names one series: not those labels that several have.
      if (
        parsed.samples.some(
          (other) => other !== sample && other.metric === sample.metric && labelsMatch(other.labels ?? {}, sample.labels ?? {}),
        )
      )
        continue
      const was = before.get(keyOf(sample))
      if (was === undefined) continue
      const rate = round((sample.value - was) / (at - earlier.at))
      if (COUNTERS.includes(sample.metric) && rate >= RATE_LEAST) found.push([keyOf(sample), rate])
      if (GAUGES.includes(sample.metric) && was === sample.value) found.push([keyOf(sample), sample.value])
    }
  }
  return Object.fromEntries(found.slice(0, SERIES_MAX))
}

function keyOf({ metric, labels = {} }: Reading): string {
  const text = Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
  return text === '' ? metric : `${metric}{${text}}`
}
