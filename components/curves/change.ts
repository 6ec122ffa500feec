import { ttlSteps } from '@/components/ttls/steps.ts'
import { text } from '@/lib/format/format.ts'
import type { FactView, TargetView } from '@/lib/model/answers/target.ts'
import type { TtlPolicyView } from '@/lib/model/answers/ttl.ts'
import { durationText } from '@/lib/model/duration.ts'
import type { Step } from '@/lib/model/proposal.ts'
import type { PartRule } from './partRule.ts'
import type { Rule } from './rule.ts'
import type { Size } from './size.ts'

/** The settings of a live cache that the lab changes, as its server tells them; null: it does not. */
export type LiveSettings = {
  can: Abilities
  memory: number | null
  policy: string | null
  samples: number | null
  /** Some setting has been read: what is not among them it does not have. */
  isRead: boolean
}

/** By which settings its product changes them; without one, it does not. */
type Abilities = NonNullable<TargetView['can']>

export function liveSettings(facts: readonly FactView[], can: Abilities = {}): LiveSettings {
  const told = (id: string | undefined) => facts.find((fact) => fact.id === id)?.value ?? null
  const whole = (id: string | undefined) => {
    const value = told(id)
    return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : null
  }
  const { memory, eviction } = can
  return {
    can,
    memory: whole(memory?.setting),
    policy: told(eviction?.policy),
    samples: whole(eviction?.samples),
    isRead: facts.length > 0,
  }
}

/** The nearest size that the server takes; the marked one where it takes any. */
export function settableSize(mark: Size, { memory }: Abilities): Size {
  if (mark.by !== 'bytes' || !memory) return mark
  return { by: 'bytes', value: Math.max(1, Math.round(mark.value / memory.unitBytes)) * memory.unitBytes }
}

export type Made = { steps: Step[] } | { because: string }

/** What the marked cache has otherwise than the live one, as steps of a change; or why it cannot become one. `match`: of which keys its curve is. */
export function stepsOf(
  target: string,
  live: LiveSettings,
  rule: Rule,
  size: Size,
  match: string,
  policies: readonly TtlPolicyView[],
): Made {
  if (match !== '') return { because: 'The curve is of a part of the keys, and the memory is of all: leave the keys empty.' }
  // What is predicted with a TTL would not follow from the settings alone.
  if (rule.ttl !== null)
    return { because: 'The prediction is with another TTL, which is no setting of the server: set the TTL to as it is.' }
  if (rule.local) return { because: 'The prediction is with a cache inside the application, which is built there: leave it out.' }
  const lives = livesOf(rule.parts, policies)
  if ('because' in lives) return lives
  if (size.by === 'keys') return { because: 'A number of keys is no setting of a server: choose a memory.' }
  const own = ownSteps(target, live, rule, size.value)
  if ('because' in own) return own
  const all = [...own.steps, ...lives.steps]
  return all.length > 0 ? { steps: all } : { because: 'The marked cache is as the live one: there is nothing to change.' }
}

/** What is set on the server itself. */
function ownSteps(target: string, live: LiveSettings, { policy, samples }: Rule, bytes: number): Made {
  const { memory, eviction } = live.can
  if (!memory) return { because: 'Its memory cannot be set from here.' }
  if (bytes < memory.leastBytes) return { because: `Its server takes ${text(memory.leastBytes, 'bytes')} or more: choose a larger memory.` }
  if (!eviction && (policy !== null || samples !== null))
    return { because: 'Its rule of eviction cannot be set from here: leave it as it is.' }
  const wanted = [
    { name: memory.setting, before: live.memory, after: bytes },
    ...(eviction
      ? [
          { name: eviction.policy, before: live.policy, after: policy },
          { name: eviction.samples, before: live.samples, after: samples },
        ]
      : []),
  ]
  const unknown = wanted.find(({ before, after }) => before === null && after !== null)
  if (unknown) return { because: `Its server does not tell \`${unknown.name.replace(/^config\//, '')}\`: it cannot be set from here.` }
  return {
    steps: wanted.flatMap(({ name, before, after }): Step[] =>
      after === null || before === null || String(before) === String(after)
        ? []
        : [{ setting: { target, name }, before: String(before), after: String(after) }],
    ),
  }
}

/** The TTLs of patterns as steps of their policies; or which of them has none that could be set. */
function livesOf(parts: readonly PartRule[], policies: readonly TtlPolicyView[]): Made {
  const steps: Step[] = []
  for (const { match, ttl } of parts) {
    const policy = policies.find((one) => one.match === match)
    if (!policy) return { because: `No TTL policy is of ${JSON.stringify(match)}: its TTL is given where its keys are written.` }
    if (policy.error) return { because: `The TTL policy ${policy.name} cannot be read: ${policy.error}` }
    if (ttl === 'none' || ttl.refreshOnRead)
      return {
        because: `A TTL policy has a length and a jitter: ${JSON.stringify(match)} ${ttl === 'none' ? 'without a TTL' : 'refreshed on read'} is done where its keys are ${ttl === 'none' ? 'written' : 'read'}.`,
      }
    const before = { ttl: durationText(policy.ttlMs), jitter: String(policy.jitter) }
    for (const { setting, after } of ttlSteps(policy, ttl.ms, ttl.jitter))
      steps.push({ setting, before: setting.name.endsWith('/ttl') ? before.ttl : before.jitter, after })
  }
  return { steps }
}
