'use client'
import { Field, Input } from '@/components/ui/field.tsx'

/** The field for the present password, where a change to the account asks for it. */
export function PresentPassword({ value, onChange, wrong }: { value: string; onChange: (value: string) => void; wrong?: string }) {
  return (
    <Field label="Present password" wrong={wrong}>
      {(field) => (
        <Input
          {...field}
          type="password"
          autoComplete="current-password"
          required
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}
