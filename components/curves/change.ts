import { ttlSteps } from '@/components/ttls/steps.ts'
import type { FactView } from '@/lib/model/answers/target.ts'
import type { TtlPolicyView } from '@/lib/model/answers/ttl.ts'
import { durationText } from '@/lib/model/duration.ts'
import type { Step } from '@/lib/model/proposal.ts'
import type { PartRule } from './partRule.ts'
import type { Rule } from './rule.ts'
import type { Size } from './size.ts'

/** The settings of a live cache that the lab changes, as its server tells them; null: it does not. */
export type LiveSettings = {
  maxmemory: number | null
  policy: string | null
  samples: number | null
  /** Some setting has been read: what is not among them it does not have. */
  isRead: boolean
}

const NAMES = { maxmemory: 'config/maxmemory', policy: 'config/maxmemory-policy', samples: 'config/maxmemory-samples' } as const

export function liveSettings(facts: readonly FactView[]): LiveSettings {
  const told = (id: string) => facts.find((fact) => fact.id === id)?.value ?? null
  const whole = (id: string) => {
    const text = told(id)
    return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null
  }
  return { maxmemory: whole(NAMES.maxmemory), policy: told(NAMES.policy), samples: whole(NAMES.samples), isRead: facts.length > 0 }
}

export type Made = { steps: Step[] } | { because: string }

/** What the marked cache has otherwise than the live one, as steps of a change; or why it cannot become one. `match`: of which keys its curve is. */
export function stepsOf(
  target: string,
  live: LiveSettings,
  rule: Rule,
  mark: Size,
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
  if (mark.by === 'keys') return { because: 'A number of keys is no setting of a server: choose a memory.' }
  if (live.maxmemory === null) return { because: 'Its server does not tell `maxmemory`: it cannot be set from here.' }
  const wanted = [
    [NAMES.maxmemory, live.maxmemory, mark.value],
    [NAMES.policy, live.policy, rule.policy],
    [NAMES.samples, live.samples, rule.samples],
  ] as const
  const unknown = wanted.find(([, before, after]) => before === null && after !== null)
  if (unknown) return { because: `Its server does not tell \`${unknown[0].slice('config/'.length)}\`: it cannot be set from here.` }
  const steps = wanted.flatMap(([name, before, after]): Step[] =>
    after === null || before === null || String(before) === String(after)
      ? []
      : [{ setting: { target, name }, before: String(before), after: String(after) }],
  )
  const all = [...steps, ...lives.steps]
  return all.length > 0 ? { steps: all } : { because: 'The marked cache is as the live one: there is nothing to change.' }
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
