import type { TtlPolicyView } from '@/lib/model/answers/ttl.ts'
import { durationText } from '@/lib/model/duration.ts'
import { type SettingText, settingText } from '@/lib/model/setting.ts'

/** Only what differs, in the form that the settings take. */
export function ttlSteps(
  policy: Pick<TtlPolicyView, 'name' | 'ttlMs' | 'jitter'>,
  ttlMs: number,
  jitter: number,
): { setting: SettingText; after: string }[] {
  const step = (name: 'ttl' | 'jitter', after: string) => ({ setting: settingText({ of: { ttl: policy.name }, name }), after })
  return [
    ...(ttlMs === policy.ttlMs ? [] : [step('ttl', durationText(ttlMs))]),
    ...(jitter === policy.jitter ? [] : [step('jitter', String(jitter))]),
  ]
}
