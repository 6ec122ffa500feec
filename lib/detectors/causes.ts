import type { Along, Causality, CauseRule } from '../model/cause.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS

type Row = [cause: string, along: Along, effects: string[], withinMs: number, how: string, more?: { lasting?: true; echo?: true }]

/** What users of a pool notice when something that it calls is slow or fails. */
const POOL_SUFFERS = ['balancer/slow-server', 'balancer/queueing', 'balancer/error-rate', 'balancer/retries', 'balancer/sessions-near-limit', 'fleet/tier-cascade'] // biome-ignore format: one line
/** What a store or a further cache shows when more is asked of it. */
const ASKED_MORE = ['cache/latency-rise', 'cache/slow-commands', 'cache/clients-near-limit']
const REPLICAS = ['cache/replication-broken', 'cache/replication-lag', 'cache/failover-churn']

const LASTING = { lasting: true } as const
const ECHO = { echo: true } as const
const FILLS = 'what was fetched together after it ends together'

/** Reads that miss: what calls the cache is slow, and what the cache stands before is asked more. */
const misses = (cause: string, withinMs: number, more?: Row[5]): Row[] => [
  [cause, 'behind', POOL_SUFFERS, withinMs, 'what misses is read from the origin, and requests wait for it', more],
  [cause, 'before', ASKED_MORE, withinMs, 'what misses here is asked there', more],
]

/**
 * Which finding can bring about which: the one place where that is declared. A row names what is plausible by how these servers work; edges and
 * time then decide (lib/engine/incidents). No two rules may bring about each other, so that no chain is a circle.
 */
// biome-ignore format: a table, one row a line
const rows: Row[] = [
  ['fleet/target-down', 'same', ['cache/restart', 'cache/cold-start'], MINUTE_MS, 'it was down and came back', LASTING],
  ['fleet/target-down', 'same', ['ring/imbalance', 'ring/hot-arc'], MINUTE_MS, 'a node of the ring is missing', LASTING],
  ['fleet/target-down', 'behind', [...POOL_SUFFERS, 'balancer/server-down'], MINUTE_MS, 'what calls it waits for it or fails', LASTING],
  ['fleet/target-down', 'beside', ['cache/hit-ratio-drop', 'cache/latency-rise', 'cache/eviction-storm', 'cache/time-to-full', 'cache/stampede', 'cache/clients-near-limit', 'cache/slot-imbalance'], 2 * MINUTE_MS, 'its share of the load comes here', LASTING],
  ['fleet/target-down', 'beside', REPLICAS, MINUTE_MS, 'they replicate one another', LASTING],
  ['cache/restart', 'same', ['cache/cold-start', 'cache/hit-ratio-drop', 'cache/hit-ratio-low', 'cache/stampede', 'cache/latency-rise', 'cache/mass-expiry'], 3 * MINUTE_MS, 'it came back empty'],
  ['cache/restart', 'same', ['cache/mass-expiry'], 30 * SECOND_MS, FILLS, ECHO],
  ['cache/restart', 'beside', REPLICAS, MINUTE_MS, 'they replicate one another'],
  ...misses('cache/restart', 3 * MINUTE_MS),
  ['cache/cold-start', 'same', ['cache/stampede', 'cache/hit-ratio-drop', 'cache/mass-expiry'], 3 * MINUTE_MS, 'it fills again'],
  ['cache/cold-start', 'same', ['cache/mass-expiry'], 30 * SECOND_MS, FILLS, ECHO],
  ...misses('cache/cold-start', 3 * MINUTE_MS),
  ['cache/mass-expiry', 'same', ['cache/hit-ratio-drop', 'cache/stampede', 'cache/latency-rise'], 30 * SECOND_MS, 'the keys that ended are asked for again', LASTING],
  ...misses('cache/mass-expiry', MINUTE_MS, LASTING),
  ...misses('cache/hit-ratio-drop', 5 * MINUTE_MS),
  ['cache/stampede', 'same', ['cache/latency-rise'], MINUTE_MS, 'many readers fetch the same at once'],
  ...misses('cache/stampede', 2 * MINUTE_MS),
  ['cache/eviction-storm', 'same', ['cache/hit-ratio-drop', 'cache/hit-ratio-low', 'cache/latency-rise'], 5 * MINUTE_MS, 'evicted keys are asked for again'],
  ...misses('cache/eviction-storm', 5 * MINUTE_MS),
  ['cache/time-to-full', 'same', ['cache/eviction-storm', 'cache/memory-refusing-writes'], MINUTE_MS, 'its memory ran full', LASTING],
  ['cache/memory-refusing-writes', 'same', ['cache/hit-ratio-drop', 'cache/hit-ratio-low'], 5 * MINUTE_MS, 'what it does not store is not found'],
  ['cache/memory-refusing-writes', 'behind', ['balancer/error-rate', 'balancer/retries'], 2 * MINUTE_MS, 'writes fail'],
  ['cache/hot-key', 'same', ['cache/stampede', 'cache/latency-rise', 'cache/slot-imbalance', 'ring/hot-arc', 'ring/imbalance'], 5 * MINUTE_MS, 'one key takes a large part of the reads'],
  ['cache/big-key', 'same', ['cache/large-replies', 'cache/slow-commands', 'cache/latency-rise', 'cache/output-buffers'], 5 * MINUTE_MS, 'one value is very large'],
  ['cache/slow-commands', 'same', ['cache/latency-rise', 'cache/clients-near-limit'], 2 * MINUTE_MS, 'all others wait while one command runs'],
  ['cache/slow-commands', 'behind', POOL_SUFFERS, 2 * MINUTE_MS, 'requests wait for its answers'],
  ['cache/fork-memory', 'same', ['cache/latency-rise'], MINUTE_MS, 'the server stands still while it forks'],
  ['cache/latency-rise', 'same', ['cache/clients-near-limit'], 2 * MINUTE_MS, 'connections stay open for longer'],
  ['cache/latency-rise', 'behind', POOL_SUFFERS, 2 * MINUTE_MS, 'requests wait for its answers'],
  ['cache/clients-near-limit', 'behind', POOL_SUFFERS, 2 * MINUTE_MS, 'connections are refused or waited for'],
  ['cache/failover-churn', 'beside', ['cache/replication-broken', 'cache/replication-lag'], 2 * MINUTE_MS, 'replicas follow another primary'],
  ['cache/failover-churn', 'behind', ['balancer/error-rate', 'balancer/retries', 'balancer/slow-server'], 2 * MINUTE_MS, 'nothing is written while the primary changes'],
  ['ring/imbalance', 'same', ['cache/eviction-storm', 'cache/time-to-full', 'cache/latency-rise'], 5 * MINUTE_MS, 'one node holds more than its share'],
  ['balancer/server-down', 'same', ['balancer/queueing', 'balancer/error-rate', 'balancer/retries', 'balancer/sessions-near-limit'], MINUTE_MS, 'the other servers carry its share', LASTING],
  ['balancer/server-down', 'beside', ['balancer/slow-server', 'balancer/error-rate', 'balancer/sessions-near-limit', 'balancer/load-imbalance'], MINUTE_MS, 'the other servers carry its share', LASTING],
  ['balancer/server-down', 'behind', POOL_SUFFERS, MINUTE_MS, 'fewer servers answer', LASTING],
  ['balancer/server-flapping', 'same', ['balancer/error-rate', 'balancer/retries', 'balancer/queueing', 'balancer/load-imbalance'], 5 * MINUTE_MS, 'a server comes and goes', LASTING],
  ['balancer/slow-server', 'same', ['balancer/queueing', 'balancer/sessions-near-limit', 'balancer/error-rate', 'balancer/retries'], 5 * MINUTE_MS, 'requests stay on a server for longer'],
  ['balancer/slow-server', 'behind', POOL_SUFFERS, 5 * MINUTE_MS, 'requests wait for it'],
  ['balancer/weight-drift', 'same', ['balancer/load-imbalance'], 5 * MINUTE_MS, 'weights are not those that were meant'],
  ['balancer/sticky-skew', 'same', ['balancer/load-imbalance'], 5 * MINUTE_MS, 'clients stay with their server'],
  ['balancer/load-imbalance', 'same', ['balancer/sessions-near-limit', 'balancer/queueing'], 5 * MINUTE_MS, 'one server gets more than it can take'],
  ['balancer/sessions-near-limit', 'same', ['balancer/queueing', 'balancer/error-rate'], 2 * MINUTE_MS, 'no connection is free'],
  ['balancer/queueing', 'same', ['balancer/error-rate', 'balancer/retries'], 2 * MINUTE_MS, 'requests time out in the queue'],
  ['balancer/error-rate', 'same', ['balancer/retries'], MINUTE_MS, 'failed requests are tried again'],
]

const rules = rows.flatMap(([cause, along, effects, withinMs, how, more]) =>
  effects.map((effect): CauseRule => ({ cause, effect, along, withinMs, how, ...more })),
)

export const causality: Causality = {
  rules,
  symptoms: [
    { rule: 'cache/hit-ratio-drop' },
    { rule: 'cache/hit-ratio-low' },
    { rule: 'cache/latency-rise' },
    { rule: 'cache/replication-lag' },
    { rule: 'balancer/slow-server', whole: true },
    { rule: 'balancer/error-rate', whole: true },
    { rule: 'balancer/load-imbalance' },
    { rule: 'balancer/queueing' },
    { rule: 'balancer/retries' },
    { rule: 'balancer/sessions-near-limit' },
    { rule: 'fleet/tier-cascade' },
  ],
}
