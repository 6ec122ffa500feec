import { count, safe, text } from '@/lib/format/format.ts'
import { metricOf } from '@/lib/metrics/registry.ts'
import type { ChangeVerdict, Measured } from '@/lib/model/change.ts'
import { readExpiryName } from '@/lib/model/expiry.ts'
import type { Guard, Prediction, Step } from '@/lib/model/proposal.ts'
import { parseSetting } from '@/lib/model/setting.ts'
import { readSlotsName } from '@/lib/model/slots.ts'

/** The name of a setting, and of what it is set on: `app3` and `weight`; `cache-a` and `maxmemory`; a ring's node and `points`. */
export function settingNames(step: Pick<Step, 'setting'>): { on: string; setting: string } {
  const { of, name } = parseSetting(step.setting)
  if ('server' in of) return { on: of.server, setting: name }
  if ('node' in of) return { on: of.node, setting: name }
  if ('ttl' in of) return { on: of.ttl, setting: name }
  const expiry = readExpiryName(name)
  if (expiry) return { on: expiry.glob, setting: 'expiry' }
  const slots = readSlotsName(name)
  if (slots) return { on: of.target, setting: slots.length === 1 ? `slot ${slots[0]}` : `${count(slots.length)} slots` }
  return { on: of.target, setting: name.replace(/^config\//, '') }
}

/** The setting as people call it: `app3 weight`, `cache-a maxmemory`, `products jitter`. */
export function settingWords(step: Pick<Step, 'setting'>): string {
  const { on, setting } = settingNames(step)
  return safe(`${on} ${setting}`, 80)
}

/** A value as people read it: bytes of memory in MiB, of slots the nodes alone, everything else as it is. */
export function valueWords(step: Pick<Step, 'setting'>, value: string): string {
  if (readSlotsName(step.setting.name)) return safe(value.replace(/=[\d,-]+/g, '').replaceAll(' ', ', '), 60)
  return /(maxmemory|maxbytes)$/.test(step.setting.name) && /^\d+$/.test(value) ? text(Number(value), 'bytes') : safe(value, 60)
}

/** One line for a row: the step that moves most, in proportion, and how many more: `app3 weight 100 → 24, 2 more`. */
export function stepsLine(steps: readonly Step[]): string {
  const moved = (step: Step) => {
    const [a, b] = [Number.parseFloat(step.before), Number.parseFloat(step.after)]
    return Number.isFinite(a) && Number.isFinite(b) ? Math.abs(Math.log((Math.abs(b) + 1) / (Math.abs(a) + 1))) : 0
  }
  const [most] = [...steps].sort((a, b) => moved(b) - moved(a))
  if (!most) return ''
  const line = `${settingWords(most)} ${valueWords(most, most.before)} → ${valueWords(most, most.after)}`
  return steps.length > 1 ? `${line}, ${steps.length - 1} more` : line
}

/** The same where it stands alone, with the target before what is not the target itself: `edge: app3 weight 100 → 24`, `cache-a maxmemory 1 GiB → 2 GiB`. */
export function targetStepsLine(steps: readonly Step[]): string {
  const line = stepsLine(steps)
  const target = steps[0]?.setting.target ?? ''
  return line === '' || line.startsWith(`${safe(target, 80)} `) ? line : `${target}: ${line}`
}

/** What the one primary button says: `Apply 4 weights`, `Apply maxmemory`. */
export function applyWords(steps: readonly Step[]): string {
  const names = new Set(steps.map((step) => settingNames(step).setting))
  const [name = 'setting'] = names
  if (names.size > 1) return `Apply ${steps.length} settings`
  if (name === 'points') return steps.length === 1 ? 'Apply points' : `Apply points of ${steps.length} nodes`
  return steps.length === 1 ? `Apply ${safe(name, 30)}` : `Apply ${steps.length} ${safe(name, 30)}${name.endsWith('s') ? '' : 's'}`
}

/** The same where a repository owns the settings. */
export const commitWords = (steps: readonly Step[]): string =>
  `Commit ${steps.length === 1 ? 'it' : `${steps.length} values`} to the repository`

/** `mean response 62 ms → 26 ms (22 to 31 ms)`. */
export function predictionLine(prediction: Prediction): string {
  const { metric, before, after, low, high, unit } = prediction
  return `${metricOf(metric).words} ${text(before, unit)} → ${text(after, unit)} (${text(low, unit)} to ${text(high, unit)})`
}

/** `rolls back if error ratio > 1.0 % for 5 s`. */
export function guardLine(guard: Guard): string {
  return `${metricOf(guard.metric).words} ${guard.op} ${text(guard.limit, guard.unit)} for ${Math.round(guard.forMs / 1000)} s`
}

/** What a prediction rests on, then how the measurement stands to it. A value that was not judged is held against nothing. */
export function effectWords({ low, high, basis }: Prediction, measured?: Measured | null, verdict?: ChangeVerdict | null): string {
  if (!measured) return `Based on ${basis}.`
  if (verdict === 'unjudged') return 'The measured value is what was seen last. It was not judged.'
  const inside = measured.after >= low && measured.after <= high
  return `The measured value lies ${inside ? 'inside' : 'outside'} the predicted band.`
}
