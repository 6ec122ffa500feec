import { setImmediate as turn } from 'node:timers/promises'
import { z } from 'zod'
import type { Finding } from '../lib/model/finding.ts'
import type { AnyProduct, Parsed, TargetConfig } from '../lib/model/product.ts'
import type { Reading } from '../lib/model/series.ts'
import type { Pool, Topology } from '../lib/model/topology.ts'
import { createStore } from '../lib/store/store.ts'

const TARGETS = 1_000
const FINDINGS = 10_000
const ON_TARGETS = 500
const FIRING = 50
const CHANGES = 500
const DELIVERIES = 5_000
const ENTRIES = 5_000
const DAY = 86_400_000
/** Of the history: a sample a minute of what is queried, and each five minutes of all others, which are there to be passed over. */
const STEP_MS = 60_000
const COARSE_STEPS = 5
const POOLS = 20
const SERVERS = 10
const NODES = 100

/** The cache whose history is looked at. */
export const QUERIED = 'cache-0'

/** Counters and gauges of a cache at that second: a steady 1,000 reads a second, one in ten a miss. */
function cacheReadings(second: number): Reading[] {
  return [
    { metric: 'cache_hits_total', value: 900 * second },
    { metric: 'cache_misses_total', value: 100 * second },
    { metric: 'cache_commands_total', value: 1_100 * second },
    { metric: 'cache_items', value: 1e6 + 1_000 * Math.sin(second / 600) },
    { metric: 'cache_memory_used_bytes', value: 1e9 + 1e6 * Math.sin(second / 900) },
    { metric: 'cache_memory_max_bytes', value: 4e9 },
  ]
}

function poolReadings(second: number): Reading[] {
  return pools().flatMap(({ name, servers }) =>
    servers.flatMap((server): Reading[] => {
      const labels = { pool: name, server: server.name }
      return [
        { metric: 'pool_requests_total', labels, value: 50 * second },
        { metric: 'pool_errors_total', labels, value: 0 },
        { metric: 'pool_response_seconds', labels, value: 0.02 },
        { metric: 'pool_sessions', labels, value: 2 },
        { metric: 'pool_queue', labels, value: 0 },
      ]
    }),
  )
}

const pools = (): Pool[] =>
  Array.from({ length: POOLS }, (_, i) => ({
    target: 'edge',
    name: `pool-${i}`,
    algorithm: 'roundrobin',
    balances: 'weight' as const,
    can: { weight: true, state: true, slowStart: true } as const,
    weightMax: 256,
    servers: Array.from({ length: SERVERS }, (_, n) => ({
      name: `s${n}`,
      address: `10.0.${i}.${n}:80`,
      id: n + 1,
      weightSet: 100,
      weightEffective: 100,
      state: 'up' as const,
    })),
  }))

/** A ring of many nodes that is read unevenly: its solver is the dearest of the advisors. */
const rings = (): Topology['rings'] => [
  {
    name: 'users',
    version: 1,
    spec: { algorithm: 'ketama', nodes: Array.from({ length: NODES }, (_, i) => ({ name: `node-${i}`, weight: 1 + (i % 3) })) },
    nodes: Array.from({ length: NODES }, (_, i) => ({ name: `node-${i}`, target: `cache-${i}` })),
    followers: [],
  } as unknown as Topology['rings'][number],
]

/** 999 caches and a balancer of 200 servers that answer at once: what is measured is Evenkeel. */
export function bigFleet(): { product: AnyProduct; targets: TargetConfig[] } {
  const product: AnyProduct = {
    kind: 'bench',
    title: 'Bench',
    config: z.any(),
    open: (config: TargetConfig) => config.name,
    close: async () => {},
    probes: [
      {
        id: 'info',
        feature: 'INFO',
        everyMs: 1_000,
        cost: 'none: it is made up',
        vital: true,
        read: async (link) => ({ name: link as string, second: Date.now() / 1_000 }),
        parse: (raw): Parsed => {
          const { name, second } = raw as { name: string; second: number }
          const isPool = name === 'edge'
          return {
            samples: isPool ? poolReadings(second) : cacheReadings(second),
            records: [],
            topology: { facts: { runId: 'r', version: '7.2' }, ...(isPool && { pools: pools(), rings: rings() }) } as Parsed['topology'],
          }
        },
      },
    ],
    address: (config: TargetConfig) => config.name,
  }
  const targets = Array.from({ length: TARGETS }, (_, i) => ({
    kind: 'bench',
    name: i === 0 ? 'edge' : `cache-${i - 1}`,
    ...(i > 0 && { role: 'cache' as const }),
  }))
  return { product, targets }
}

/** A data folder as 24 h of that fleet, and 90 days of findings about half of it, leave it. */
export async function fillHistory(data: string): Promise<void> {
  const end = Date.now()
  let now = end - DAY
  const store = createStore({ path: data, now: () => now })
  for (let step = 0; step < DAY / STEP_MS; step++) {
    const at = end - DAY + step * STEP_MS
    now = at
    store.append('edge', at, poolReadings(at / 1_000), STEP_MS)
    store.append(QUERIED, at, cacheReadings(at / 1_000), STEP_MS)
    if (step % COARSE_STEPS === 0)
      for (let i = 1; i < TARGETS - 1; i++) store.append(`cache-${i}`, at, cacheReadings(at / 1_000), COARSE_STEPS * STEP_MS)
    store.tick(at)
    await turn()
  }
  now = end
  for (let i = 0; i < FINDINGS; i++) store.findings.put(findingOf(i, end))
  for (let i = 0; i < CHANGES; i++) {
    const at = end - ((CHANGES - i) * 90 * DAY) / CHANGES
    store.changes.put({
      id: `change-${i}`,
      state: 'kept',
      steps: [{ setting: { target: 'edge', name: `pool-${i % POOLS}/s1/weight` }, before: '100', after: '80' }],
      because: 'it is slow',
      by: 'ann',
      at,
      watchFrom: at,
      watchUntil: at + 60_000,
      endedAt: at + 60_000,
      reversal: 'exact',
      prediction: null,
      guards: [],
      measured: null,
      verdict: 'improved',
      journal: [{ at, what: 'created', text: 'it is slow' }],
    })
  }
  for (let i = 0; i < DELIVERIES; i++)
    store.deliveries.put({
      id: `delivery-${i}`,
      receiver: 'hook',
      channel: 'webhook',
      state: 'delivered',
      at: end - i * 400_000,
      attempts: 1,
    } as never)
  for (let i = 0; i < ENTRIES; i++)
    store.audit.append({
      at: end - (ENTRIES - i) * 60_000,
      what: 'mode-set',
      by: 'ann',
      how: 'person',
      from: '192.0.2.1',
      about: '',
      outcome: 'done',
      detail: { n: `${i}` },
    })
  store.close()
}

const RULES = ['cache/hit-ratio-drop', 'cache/eviction-storm', 'cache/hot-key', 'cache/restart']

function findingOf(i: number, end: number): Finding {
  const since = end - ((FINDINGS - i) * 90 * DAY) / FINDINGS
  const firing = i >= FINDINGS - FIRING
  return {
    id: `finding-${String(i).padStart(5, '0')}`,
    rule: RULES[i % RULES.length]!,
    severity: i % 7 === 0 ? 'critical' : 'warning',
    state: firing ? 'firing' : 'resolved',
    subject: { target: `cache-${(i * 7) % ON_TARGETS}` },
    summary: 'the hit ratio fell from 0.90 to 0.61',
    evidence: [
      {
        metric: 'cache_hit_ratio',
        where: { target: `cache-${(i * 7) % ON_TARGETS}` },
        value: 0.61,
        baseline: 0.9,
        unit: 'ratio',
        label: 'hit ratio',
        from: since,
        to: since + 10_000,
      },
    ],
    since,
    firingAt: since + 10_000,
    ...(firing ? {} : { resolvedAt: since + 600_000 }),
    seenAt: firing ? end : since + 600_000,
  }
}
