const METRIC: Record<string, string> = {
  pool_response_seconds: 'mean response',
  pool_imbalance: 'imbalance (max over mean)',
  pool_error_ratio: 'error ratio',
  pool_request_rate: 'requests per second',
  pool_share: 'share of the requests',
  ring_imbalance: 'imbalance (max over mean)',
  cache_hit_ratio: 'hit ratio',
  cache_read_rate: 'reads per second',
  cache_eviction_rate: 'evictions per second',
  cache_expiration_rate: 'expirations per second',
  cache_expiration_peak_rate: 'keys ending in the fullest second',
  cache_memory_ratio: 'memory in use',
}
/** A metric's name for people; the exact one stays in the title. */
export const metricWords = (metric: string) => METRIC[metric] ?? metric.replace(/_total$/, '').replaceAll('_', ' ')
