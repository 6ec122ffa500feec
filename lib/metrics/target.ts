import { gauge, type Metric } from './metric.ts'

/** Metrics of any target. */
export const targetMetrics: Metric[] = [gauge('target_up', 'answers')]
