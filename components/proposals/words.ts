import { text } from '@/lib/format/format.ts'
import type { Guard, Prediction, Step } from '@/lib/model/proposal.ts'

/** The knob as people call it: `app3 weight`, `maxmemory`, `cache-a points`. */
export function settingWords(step: Pick<Step, 'setting'>): string {
  const parts = step.setting.name.split('/')
  const knob = parts.at(-1) ?? step.setting.name
  if (parts[0] === 'config') return knob
  return parts.length >= 2 ? `${parts.slice(parts.length === 2 ? 0 : 1, -1).join('/')} ${knob}` : knob
}

/** One line for a row: `app3 weight 100 → 24`, and how many more. */
export function stepsLine(steps: readonly Step[]): string {
  const [first, ...rest] = steps
  if (!first) return ''
  return `${settingWords(first)} ${first.before} → ${first.after}${rest.length > 0 ? `, ${rest.length} more` : ''}`
}

/** What the one primary button says: `Apply 4 weights`, `Apply maxmemory`. */
export function applyWords(steps: readonly Step[]): string {
  const knobs = new Set(steps.map((step) => step.setting.name.split('/').at(-1)))
  const [knob = 'setting'] = knobs
  if (knobs.size > 1) return `Apply ${steps.length} settings`
  return steps.length === 1 ? `Apply ${knob}` : `Apply ${steps.length} ${knob.endsWith('s') ? knob : `${knob}s`}`
}

const METRIC: Record<string, string> = {
  pool_response_seconds: 'mean response',
  pool_imbalance: 'imbalance (max over mean)',
  pool_error_ratio: 'error ratio',
  ring_imbalance: 'imbalance (max over mean)',
  cache_hit_ratio: 'hit ratio',
  cache_eviction_rate: 'evictions per second',
  cache_expiration_rate: 'expirations per second',
  cache_memory_ratio: 'memory in use',
}
/** A metric's name for people; the exact one stays in the title. */
export const metricWords = (metric: string) => METRIC[metric] ?? metric.replaceAll('_', ' ')

/** `mean response of pool edge/app: 62 ms now, 26 ms predicted (22 to 31 ms)`. */
export function predictionLine(prediction: Prediction): string {
  const { metric, before, after, low, high, unit } = prediction
  return `${metricWords(metric)} ${text(before, unit)} → ${text(after, unit)} (${text(low, unit)} to ${text(high, unit)})`
}

/** `rolls back if error ratio > 1.0 % for 5 s`. */
export function guardLine(guard: Guard): string {
  return `${metricWords(guard.metric)} ${guard.op} ${text(guard.limit, guard.unit)} for ${Math.round(guard.forMs / 1000)} s`
}
