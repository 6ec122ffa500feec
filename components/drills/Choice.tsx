import { Field, Select } from '@/components/ui/field.tsx'

type Props<V extends string> = {
  label: string
  value: V
  options: readonly { value: V; label: string }[]
  onChange: (value: V | null) => void
}

/** One choice of what a drill is about. What somebody puts into the page that is none of them is told as null. */
export function Choice<V extends string>({ label, value, options, onChange }: Props<V>) {
  return (
    <Field label={label}>
      {(props) => (
        <Select
          {...props}
          options={options}
          value={value}
          onChange={(event) => onChange(options.find((one) => one.value === event.target.value)?.value ?? null)}
        />
      )}
    </Field>
  )
}
