'use client'
import { type FormEvent, useState } from 'react'
import { errorText, post } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { Field, Input } from '@/components/ui/field.tsx'
import { Section } from '@/components/ui/page.tsx'
import { toast } from '@/components/ui/toast.tsx'
import type { AccountView } from '@/lib/model/answers/account.ts'
import { PresentPassword } from './PresentPassword.tsx'
import { useVerb } from './useVerb.ts'

const MIN = 12

export function PasswordSection({ account }: { account: AccountView }) {
  const [present, setPresent] = useState('')
  const [password, setPassword] = useState('')
  const set = useVerb(
    () => post('session/password', { password, ...(account.askPresent ? { present } : {}) }),
    () => {
      setPresent('')
      setPassword('')
      toast.success('The password is set', { description: 'All your other sessions have ended.' })
    },
  )
  const wrong = set.error ? errorText(set.error) : undefined
  const aboutPresent = wrong?.startsWith('present:')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    set.mutate(undefined)
  }
  return (
    <Section title="Password" note={account.hasPassword ? undefined : 'You have none.'}>
      <form onSubmit={submit} className="flex max-w-sm flex-col gap-3">
        {/* So that a password manager knows whose it is. */}
        <input type="text" autoComplete="username" value={account.name} readOnly hidden />
        {account.askPresent && <PresentPassword value={present} onChange={setPresent} wrong={aboutPresent ? wrong : undefined} />}
        <Field
          label="New password"
          help={`At least ${MIN} characters: several words that do not belong together, or what a password manager makes.`}
          wrong={aboutPresent ? undefined : wrong}
        >
          {(field) => (
            <Input
              {...field}
              type="password"
              autoComplete="new-password"
              required
              minLength={MIN}
              maxLength={1_000}
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        <div>
          <Button type="submit" size="md" busy={set.isPending} disabledBecause={[...password].length < MIN && `At least ${MIN} characters`}>
            {account.hasPassword ? 'Change the password' : 'Set the password'}
          </Button>
        </div>
      </form>
    </Section>
  )
}
