/** What a load test is put on: each kind has its own figures. */
export type Kind = 'pool' | 'ring' | 'cache'

/**
 * A figure of a load test. `worse`: the direction in which it hurts; absent of load itself, which a test raises on purpose. `floor`: a change
 * below it does not matter, however sure it is, in the metric's own unit.
 */
export type Watched = { metric: string; worse?: 'lower' | 'higher'; floor: number }

/** In the order in which a request meets them. */
export const WATCHED: Record<Kind, { labels: readonly string[]; tellsOf: readonly string[]; figures: readonly Watched[] }> = {
  pool: {
    labels: ['target', 'pool'],
    tellsOf: ['pool_requests_total', 'pool_response_seconds'],
    figures: [
      { metric: 'pool_request_rate', floor: 1 },
      { metric: 'pool_response_seconds', worse: 'higher', floor: 0.005 },
      { metric: 'pool_response_seconds_p95', worse: 'higher', floor: 0.01 },
      { metric: 'pool_error_ratio', worse: 'higher', floor: 0.002 },
      { metric: 'pool_queue', worse: 'higher', floor: 0.5 },
      { metric: 'pool_retry_rate', worse: 'higher', floor: 0.2 },
      // Of a few requests a second it is chance.
      { metric: 'pool_imbalance', worse: 'higher', floor: 0.1 },
    ],
  },
  ring: {
    labels: ['ring'],
    tellsOf: ['ring_hits_total', 'ring_share_seen'],
    figures: [
      { metric: 'ring_hit_ratio', worse: 'lower', floor: 0.01 },
      { metric: 'ring_imbalance', worse: 'higher', floor: 0.1 },
    ],
  },
  cache: {
    labels: ['target'],
    tellsOf: ['cache_hits_total', 'cache_commands_total'],
    figures: [
      { metric: 'cache_read_rate', floor: 1 },
      { metric: 'cache_hit_ratio', worse: 'lower', floor: 0.01 },
      { metric: 'cache_command_seconds_mean', worse: 'higher', floor: 0.000_05 },
      { metric: 'cache_eviction_rate', worse: 'higher', floor: 1 },
      { metric: 'cache_connections_rejected_total', worse: 'higher', floor: 0.1 },
    ],
  },
}

/** The figure that says how much load each kind carries. */
export const LOAD_OF: Partial<Record<Kind, string>> = { pool: 'pool_request_rate', cache: 'cache_read_rate' }
