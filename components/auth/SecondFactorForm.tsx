import { type FormEvent, useState } from 'react'
import { Button } from '@/components/ui/button.tsx'
import { Field, Input } from '@/components/ui/field.tsx'

type Props = { codes: boolean; wrong: string | null; busy: boolean; onEnter: (second: string) => void }

/** A code of an authenticator app, or a recovery code; `codes` is false where only passkeys are set up. */
export function SecondFactorForm({ codes, wrong, busy, onEnter }: Props) {
  const [second, setSecond] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onEnter(second.trim())
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Field
        label={codes ? 'Code' : 'Recovery code'}
        help={
          codes
            ? 'Of your authenticator app, or one of your recovery codes.'
            : 'Where you have no passkey at hand: one of your recovery codes.'
        }
        wrong={wrong ?? undefined}
      >
        {(field) => (
          <Input
            {...field}
            autoComplete="one-time-code"
            autoFocus
            required
            maxLength={60}
            value={second}
            onChange={(event) => setSecond(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" look={codes ? 'primary' : 'plain'} size="md" busy={busy}>
        Go on
      </Button>
    </form>
  )
}
