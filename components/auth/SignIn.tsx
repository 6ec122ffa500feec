'use client'
import { startAuthentication } from '@simplewebauthn/browser'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { errorText, post } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { PasswordForm } from './PasswordForm.tsx'
import { SecondFactorForm } from './SecondFactorForm.tsx'
import { SignInCard } from './SignInCard.tsx'

type Entry = ({ code: string } | { name: string; password: string }) & { second?: string }
type Entered = { person: { name: string } | null; second?: ('code' | 'passkey')[] }
type Asked = { options: Parameters<typeof startAuthentication>[0]['optionsJSON']; pending: string }

/**
 * The way in: a link's code from the fragment, which no server and no log has seen, a passkey, or name and password; then a second factor, where one
 * is set up. `noPasskeys`: why there are none.
 */
export function SignIn({ next, noPasskeys }: { next: string; noPasskeys: string | null }) {
  /** The second factors that are asked for by now. */
  const [ways, setWays] = useState<Entered['second']>()
  const enter = useMutation({
    mutationFn: (entry: Entry) => post<Entered>('session', entry),
    // Who came by a link, which works once, sees first how to come again.
    onSuccess: ({ person, second }, entry) => {
      if (person) location.replace('code' in entry ? '/account' : next)
      else setWays(second)
    },
  })
  const byPasskey = useMutation({
    mutationFn: async () => {
      const { options, pending } = await post<Asked>('session/passkey')
      return post<Entered>('session', { pending, passkey: await startAuthentication({ optionsJSON: options }) })
    },
    onSuccess: () => location.replace(next),
  })
  const { mutate, variables: entry } = enter
  useEffect(() => {
    const follow = () => {
      const code = /^#code=([\w-]{1,200})$/.exec(location.hash)?.[1]
      if (!code) return
      // Out of the address bar and the history.
      history.replaceState(null, '', location.pathname)
      mutate({ code })
    }
    follow()
    // A link that is pasted where this page stands already loads nothing anew.
    window.addEventListener('hashchange', follow)
    return () => window.removeEventListener('hashchange', follow)
  }, [mutate])

  const byLink = entry !== undefined && 'code' in entry
  const wrong = enter.isError ? errorText(enter.error) : null
  const noPasskey = byPasskey.isError ? passkeyText(byPasskey.error) : null
  if (ways && entry) {
    const codes = ways.includes('code')
    return (
      <SignInCard trouble={noPasskey}>
        {ways.includes('passkey') && (
          <Button look={codes ? 'plain' : 'primary'} size="md" onClick={() => byPasskey.mutate()} busy={byPasskey.isPending}>
            Use a passkey
          </Button>
        )}
        <SecondFactorForm
          codes={codes}
          wrong={wrong}
          busy={enter.isPending}
          onEnter={(second) => mutate({ ...entry, second: second || undefined })}
        />
      </SignInCard>
    )
  }
  if (byLink && !wrong)
    return (
      <SignInCard trouble={null}>
        <p role="status" className="text-dim text-sm">
          Signing in …
        </p>
      </SignInCard>
    )
  return (
    <SignInCard trouble={(byLink ? wrong : null) ?? noPasskey}>
      <PasswordForm wrong={byLink ? null : wrong} busy={enter.isPending} onEnter={mutate} />
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
