import { durationText } from '@/lib/model/duration.ts'
import type { TtlPolicyView } from '@/lib/model/views.ts'

/** Only what differs, in the form that the settings take. */
export function ttlSteps(
  policy: Pick<TtlPolicyView, 'name' | 'ttlMs' | 'jitter'>,
  ttlMs: number,
  jitter: number,
): { setting: { target: string; name: string }; after: string }[] {
  const step = (knob: string, after: string) => ({ setting: { target: `ttl:${policy.name}`, name: `${policy.name}/${knob}` }, after })
  return [
    ...(ttlMs === policy.ttlMs ? [] : [step('ttl', durationText(ttlMs))]),
    ...(jitter === policy.jitter ? [] : [step('jitter', String(jitter))]),
  ]
}
