import { gauge, type Metric } from './metric.ts'

/** Exporters' metrics whose unit is not what their name means by convention: these are called ratios and run above 1. */
export const exportedMetrics: Metric[] = [
  gauge('redis_mem_fragmentation_ratio', 'memory held over memory used', { unit: 'factor' }),
  gauge('redis_allocator_frag_ratio', 'fragmentation of the allocator', { unit: 'factor' }),
  gauge('redis_allocator_rss_ratio', 'memory held by the allocator over memory in its pages', { unit: 'factor' }),
]
