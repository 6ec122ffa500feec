/** Sentences about steps, subjects and effects, the same on every page. Pure. */
import { bytesOf, safe, text } from '@/lib/format/format.ts'
import type { Prediction, Step } from '@/lib/model/proposal.ts'
import type { Labels } from '@/lib/model/series.ts'

/** Which knob on which server: `app3 weight`, `cache-a maxmemory`, `products/cache-a points`. */
export function knobOf(step: Step): { on: string; knob: string } {
  const parts = step.setting.name.split('/')
  const knob = parts.pop() ?? step.setting.name
  if (parts[0] === 'config' || parts.length === 0) return { on: step.setting.target, knob }
  if (step.setting.target.startsWith('ring:')) return { on: parts.slice(1).join('/') || parts[0]!, knob }
  return { on: parts.at(-1)!, knob }
}

/** A value as people read it: bytes of maxmemory in MiB, everything else as it is. */
export function sayValue(step: Step, value: string): string {
  const { knob } = knobOf(step)
  return /maxmemory$|maxbytes$/.test(knob) && /^\d+$/.test(value) ? bytesOf(Number(value)) : safe(value, 60)
}

/** `app3 weight 100 → 24`. */
export const sayStep = (step: Step): string => {
  const { on, knob } = knobOf(step)
  return `${safe(on, 60)} ${safe(knob, 40)} ${sayValue(step, step.before)} → ${sayValue(step, step.after)}`
}

/** Steps in one line: one whole, more as `weight of app3 100 → 24 and 3 more`. */
export function saySteps(steps: readonly Step[]): string {
  const [first, ...rest] = steps
  if (!first) return 'nothing'
  if (rest.length === 0) return sayStep(first)
  // The step that moves most, in proportion, says the most.
  const moved = [...steps].sort((a, b) => weightOf(b) - weightOf(a))[0]!
  return `${sayStep(moved)} and ${rest.length} more`
}
const weightOf = ({ before, after }: Step) => {
  const [a, b] = [Number.parseFloat(before), Number.parseFloat(after)]
  return Number.isFinite(a) && Number.isFinite(b) ? Math.abs(Math.log((b + 1) / (a + 1))) : 0
}

/** What the button does: `Apply 4 weights`, `Apply 1 change of maxmemory`. */
export function applyVerb(steps: readonly Step[]): string {
  const knobs = new Set(steps.map((step) => knobOf(step).knob))
  const n = steps.length
  if (knobs.size > 1) return `Apply ${n} settings`
  const knob = [...knobs][0] ?? 'setting'
  if (knob === 'points') return n === 1 ? 'Apply points' : `Apply points of ${n} nodes`
  if (knob === 'weight' || knob === 'state') return `Apply ${n} ${knob}${n === 1 ? '' : 's'}`
  return n === 1 ? `Apply ${safe(knob, 30)}` : `Apply ${n} × ${safe(knob, 30)}`
}

const METRICS: Record<string, string> = {
  pool_response_seconds: 'mean response',
  pool_error_ratio: 'errors',
  pool_imbalance: 'imbalance',
  ring_imbalance: 'imbalance',
  cache_hit_ratio: 'hit ratio',
  cache_eviction_rate: 'evictions',
  cache_expiration_rate: 'expirations',
  cache_read_rate: 'reads',
  cache_memory_ratio: 'memory used',
  pool_request_rate: 'requests',
  pool_share: 'share',
}
/** `mean response`, else the metric's own name without its underscores. */
export const sayMetric = (metric: string): string => METRICS[metric] ?? metric.replace(/_total$/, '').replaceAll('_', ' ')

/** `mean response 61 ms → 27 ms (24 to 31 ms)`. */
export const sayEffect = (p: Prediction): string =>
  `${sayMetric(p.metric)} ${text(p.before, p.unit)} → ${text(p.after, p.unit)} (${text(p.low, p.unit)} to ${text(p.high, p.unit)})`

/** Where a subject's own page is. */
export function subjectHref(subject: Labels): string | null {
  const part = (text: string) => encodeURIComponent(text)
  if (subject.ring) return `/rings/${part(subject.ring)}`
  if (subject.target && subject.pool) return `/pools/${part(subject.target)}/${part(subject.pool)}`
  if (subject.key) return `/keys?target=${part(subject.target ?? '')}`
  if (subject.target) return `/targets/${part(subject.target)}`
  return null
}
