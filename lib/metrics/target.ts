import { gauge, type Metric } from './metric.ts'

/** What is said of any target. */
export const targetMetrics: Metric[] = [gauge('target_up', 'answers')]
