'use client'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { post, sayError } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { Field, Input } from '@/components/ui/field.tsx'
import { Door } from './Door.tsx'

/** The way in: by name and password; links sign in by themselves. `spent`: a link was followed that no longer works. */
export function SignIn({ next, spent }: { next: string; spent: boolean }) {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const enter = useMutation({
    mutationFn: () => post('session', { name, password }),
    onSuccess: () => location.assign(next),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    enter.mutate()
  }
  return (
    <Door trouble={spent ? 'This link has been used already, or has ended. Ask an admin for a new one.' : null}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Name">
          {(field) => <Input {...field} autoComplete="username" required value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <Field label="Password" wrong={enter.isError ? sayError(enter.error) : undefined}>
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
        <Button type="submit" look="primary" busy={enter.isPending}>
          Sign in
        </Button>
      </form>
      <p className="text-dim text-sm">
        The first start of Evenkeel prints a sign-in link. An admin makes links for others under Settings; a password is set there too.
      </p>
    </Door>
  )
}
