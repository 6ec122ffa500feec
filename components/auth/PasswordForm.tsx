import { type FormEvent, useState } from 'react'
import { Button } from '@/components/ui/button.tsx'
import { Field, Input } from '@/components/ui/field.tsx'

type Props = { wrong: string | null; busy: boolean; onEnter: (who: { name: string; password: string }) => void }

/** Name and password. */
export function PasswordForm({ wrong, busy, onEnter }: Props) {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onEnter({ name, password })
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Field label="Name">
        {(field) => (
          <Input {...field} autoComplete="username webauthn" required value={name} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      <Field label="Password" wrong={wrong ?? undefined}>
        {(field) => (
          <Input
            {...field}
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" look="primary" size="md" busy={busy}>
        Sign in
      </Button>
    </form>
  )
}
