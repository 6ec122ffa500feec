import { Field, Input, Select } from '@/components/ui/field.tsx'
import { FIRST_OPTIONS, type OptionField, optionsKept, optionsOf } from '@/lib/lab/fields.ts'
import type { SpecProblem } from '@/lib/lab/problem.ts'
import type { RingSpec } from '@/lib/model/ring.ts'

/** The options of a ring's algorithm; what is left empty is its program's default. */
export function Options({ spec, onChange, problem }: { spec: RingSpec; onChange: (spec: RingSpec) => void; problem: SpecProblem | null }) {
  const options = (spec.options ?? {}) as Record<string, unknown>
  const set = (name: string, value: unknown) => {
    const set = Object.fromEntries(Object.entries({ ...options, [name]: value }).filter(([, one]) => one !== undefined))
    const next = { ...FIRST_OPTIONS[spec.algorithm], ...optionsKept(spec.algorithm, set) }
    const { options: _, ...rest } = spec
    onChange(Object.keys(next).length > 0 ? { ...rest, options: next } : rest)
  }
  return optionsOf(spec).map((option) => (
    <Field
      key={`${spec.algorithm} ${option.name}`}
      label={option.label}
      help={option.help}
      wrong={problem?.node === null && problem.field === option.name && problem.because}
    >
      {(props) => <OneOption {...props} option={option} value={options[option.name]} onChange={(value) => set(option.name, value)} />}
    </Field>
  ))
}

type OneProps = { id: string; option: OptionField; value: unknown; onChange: (value: unknown) => void }

function OneOption({ option, value, onChange, ...props }: OneProps) {
  if (option.kind === 'choice' || option.kind === 'flag') {
    const choices = option.kind === 'flag' ? ['on', 'off'] : option.choices
    const written = value === undefined ? '' : option.kind === 'flag' ? (value ? 'on' : 'off') : String(value)
    return (
      <Select
        {...props}
        value={written}
        options={[{ value: '', label: `default: ${option.standard}` }, ...choices.map((choice) => ({ value: choice, label: choice }))]}
        onChange={({ target }) => onChange(target.value === '' ? undefined : option.kind === 'flag' ? target.value === 'on' : target.value)}
      />
    )
  }
  return (
    <Input
      {...props}
      type={option.kind}
      value={value === undefined ? '' : String(value)}
      placeholder={option.standard}
      maxLength={40}
      className="w-40"
      onChange={({ target }) => {
        const read = option.kind === 'number' ? target.valueAsNumber : target.value
        onChange(target.value === '' || Number.isNaN(read) ? undefined : read)
      }}
    />
  )
}
