import type { ReactNode } from 'react'
import { Field, Select } from '@/components/ui/field.tsx'
import { Segmented } from '@/components/ui/segmented.tsx'
import { isSegmented, type Policy } from '@/lib/curves/question.ts'
import { Label, LocalFields } from './LocalFields.tsx'
import { drawsSamples, FIRST_TTL, isSamples, type Rule, SAMPLES_MAX } from './rule.ts'
import { TextField } from './TextField.tsx'
import { TtlFields } from './TtlFields.tsx'

type Props = {
  title: ReactNode
  /** Before each label for screen readers, where two caches stand beside one another. */
  prefix: string
  rule: Rule
  onChange: (rule: Rule) => void
  /** The policy and samples that the source has; null: not told. */
  own: { policy: Policy | null; samples: number | null }
  /** Those that it could have instead. */
  policies: readonly Policy[]
}

const AS_TOLD = ''

/** The fields of one cache: policy, samples, and the TTL that keys are given. What nobody touches is as the source has it. */
export function RuleFields({ title, prefix, rule, onChange, own, policies }: Props) {
  const policy = rule.policy ?? own.policy
  const sampled = policy === null || drawsSamples(policy)
  return (
    <fieldset className="flex min-w-0 flex-col gap-3">
      <legend className="mb-2 font-medium text-sm">{title}</legend>
      <div className="grid grid-cols-[minmax(0,1fr)_4.5rem] gap-3">
        <Field label={<Label prefix={prefix}>Policy</Label>} help={policyHelp(policy)}>
          {(props) => (
            <Select
              {...props}
              value={rule.policy === null || rule.policy === own.policy ? AS_TOLD : rule.policy}
              options={[
                { value: AS_TOLD, label: own.policy ? `${own.policy} (as it is)` : 'as it is' },
                ...policies.filter((one) => one !== own.policy),
              ]}
              onChange={({ target }) => onChange({ ...rule, policy: policies.find((one) => one === target.value) ?? null })}
              className="w-full!"
            />
          )}
        </Field>
        <TextField
          label={<Label prefix={prefix}>Samples</Label>}
          help={sampled ? 'keys drawn' : 'not drawn'}
          value={rule.samples === null ? '' : String(rule.samples)}
          placeholder={String(own.samples ?? 5)}
          read={(text) => (text === '' ? { value: null } : isSamples(Number(text)) ? { value: Number(text) } : null)}
          wrong={`1 to ${SAMPLES_MAX}`}
          onChange={(samples) => onChange({ ...rule, samples })}
          numeric
        />
      </div>
      <RuleTtl prefix={prefix} rule={rule} onChange={onChange} />
      <LocalFields prefix={prefix} local={rule.local} onChange={(local) => onChange({ ...rule, local })} />
    </fieldset>
  )
}

const HELP: Record<string, string> = {
  lru: 'the longest unread goes',
  lfu: 'the least often read goes',
  lrm: 'the longest unwritten goes (Redis 8.6)',
  random: 'any key goes',
  ttl: 'what ends soonest goes',
}
function policyHelp(policy: Policy | null): string {
  if (policy === null) return 'the server does not tell its own'
  if (isSegmented(policy)) return 'segmented LRU in slab classes'
  if (policy === 'noeviction') return 'full, it refuses new keys'
  const [scope, rule = ''] = policy.split('-')
  return `${HELP[rule] ?? ''}${scope === 'volatile' ? ', of keys with a TTL' : ''}`
}

function RuleTtl({ prefix, rule, onChange }: Pick<Props, 'prefix' | 'rule' | 'onChange'>) {
  const { ttl } = rule
  return (
    <>
      <div className="flex flex-col gap-1">
        <span className="font-medium text-sm">TTL</span>
        <Segmented
          label={`${prefix} TTL`.trim()}
          value={ttl === null ? 'told' : ttl === 'none' ? 'none' : 'set'}
          onChange={(next) => onChange({ ...rule, ttl: next === 'told' ? null : next === 'none' ? 'none' : FIRST_TTL })}
          options={[
            { value: 'told', label: 'as it is', hint: 'What each fill of the references was given' },
            { value: 'none', label: 'none', hint: 'Keys stay until they are evicted' },
            { value: 'set', label: 'set', hint: 'Every key is given this when it is filled' },
          ]}
          className="w-fit"
        />
      </div>
      {ttl !== null && ttl !== 'none' && (
        <TtlFields
          ttl={ttl}
          onChange={(next) => onChange({ ...rule, ttl: next })}
          named={(label) => <Label prefix={prefix}>{label}</Label>}
          ofWhat={prefix && ' beside it'}
        />
      )}
    </>
  )
}
