'use client'
import { startAuthentication } from '@simplewebauthn/browser'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { errorText, post } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { Field, Input } from '@/components/ui/field.tsx'
import { SignInCard } from './SignInCard.tsx'

type Entered = { person: { name: string } | null; second?: ('code' | 'passkey')[] }
type Asked = { options: Parameters<typeof startAuthentication>[0]['optionsJSON']; pending: string }

/**
 * The way in: a link's code from the fragment, which no server and no log has seen, a passkey, or name and password; then a second factor, where one
 * is set up. `noPasskeys`: why there are none.
 */
export function SignIn({ next, noPasskeys }: { next: string; noPasskeys: string | null }) {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState<string | null>(null)
  const [second, setSecond] = useState('')
  /** The second factors that are asked for by now. */
  const [ways, setWays] = useState<Entered['second']>()
  const enter = useMutation({
    mutationFn: (by: { code: string } | { name: string; password: string }) =>
      post<Entered>('session', second.trim() ? { ...by, second: second.trim() } : by),
    // Who came by a link, which works once, sees first how to come again.
    onSuccess: ({ person, second: asked }, by) => {
      if (person) location.replace('code' in by ? '/account' : next)
      else setWays(asked)
    },
  })
  const byPasskey = useMutation({
    mutationFn: async () => {
      const { options, pending } = await post<Asked>('session/passkey')
      return post<Entered>('session', { pending, passkey: await startAuthentication({ optionsJSON: options }) })
    },
    onSuccess: () => location.replace(next),
  })
  const { mutate } = enter
  useEffect(() => {
    const follow = () => {
      const found = /^#code=([\w-]{1,200})$/.exec(location.hash)?.[1]
      if (!found) return
      // Out of the address bar and the history.
      history.replaceState(null, '', location.pathname)
      setCode(found)
      mutate({ code: found })
    }
    follow()
    // A link that is pasted where this page stands already loads nothing anew.
    window.addEventListener('hashchange', follow)
    return () => window.removeEventListener('hashchange', follow)
  }, [mutate])

  const submit = (event: FormEvent) => {
    event.preventDefault()
    enter.mutate(code ? { code } : { name, password })
  }
  const wrong = enter.isError ? errorText(enter.error) : null
  if (code && !wrong && !ways)
    return (
      <SignInCard trouble={null}>
        <p role="status" className="text-dim text-sm">
          Signing in …
        </p>
      </SignInCard>
    )
  if (ways)
    return (
      <SignInCard trouble={byPasskey.isError ? passkeyText(byPasskey.error) : null}>
        {ways.includes('passkey') && (
          <Button
            look={ways.includes('code') ? 'plain' : 'primary'}
            size="md"
            onClick={() => byPasskey.mutate()}
            busy={byPasskey.isPending}
          >
            Use a passkey
          </Button>
        )}
        <form onSubmit={submit} className="flex flex-col gap-4">
          <Field
            label={ways.includes('code') ? 'Code' : 'Recovery code'}
            help={
              ways.includes('code')
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
          <Button type="submit" look={ways.includes('code') ? 'primary' : 'plain'} size="md" busy={enter.isPending}>
            Go on
          </Button>
        </form>
      </SignInCard>
    )
  const trouble = code ? wrong : null
  return (
    <SignInCard trouble={trouble ?? (byPasskey.isError ? passkeyText(byPasskey.error) : null)}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          setCode(null)
          enter.mutate({ name, password })
        }}
        className="flex flex-col gap-4"
      >
        <Field label="Name">
          {(field) => (
            <Input {...field} autoComplete="username webauthn" required value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <Field label="Password" wrong={!code && wrong ? wrong : undefined}>
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
        <Button type="submit" look="primary" size="md" busy={enter.isPending}>
          Sign in
        </Button>
      </form>
      <Button size="md" onClick={() => byPasskey.mutate()} busy={byPasskey.isPending} disabledBecause={noPasskeys}>
        Sign in with a passkey
      </Button>
      <p className="text-dim text-sm">
        The first start of Evenkeel prints a sign-in link. An admin makes links for others under Settings; a password is set under your
        account.
      </p>
    </SignInCard>
  )
}

/** The browser's own words name no cause that a person could mend. */
function passkeyText(error: unknown): string {
  return error instanceof Error && (error.name === 'NotAllowedError' || error.name === 'AbortError')
    ? 'No passkey was used. Try again, or sign in another way.'
    : errorText(error)
}
