'use client'
import { useQuery } from '@tanstack/react-query'
import { get } from '@/components/frame/api.ts'
import { TokenTable } from '@/components/settings/TokenTable.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { safe } from '@/lib/format/format.ts'
import type { AccountView } from '@/lib/model/answers/account.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import { authorityText } from '@/lib/model/roles.ts'
import { PasswordSection } from './PasswordSection.tsx'
import { SecondFactorSection } from './SecondFactorSection.tsx'
import { SessionsSection } from './SessionsSection.tsx'

const ELSEWHERE: Partial<Record<FrameView['auth'], string>> = {
  oidc: 'The issuer signs you in: your password and second factor are with it.',
  proxy: 'A reverse proxy signs you in: your password, second factor and session are with it.',
  none: 'There is no login here: everybody on this machine may do everything.',
}

/** How somebody signs in, where they are signed in, and the tokens that they answer for. */
export function AccountPage({ initial, auth }: { initial: AccountView; auth: FrameView['auth'] }) {
  const { data: account } = useQuery({
    queryKey: ['account'],
    queryFn: ({ signal }) => get<AccountView>('session/account', {}, signal),
    initialData: initial,
  })
  const secondFactor = account.codes || account.passkeys.length > 0
  const locked = account.local && account.required && !secondFactor
  const once = account.local && !account.hasPassword && account.passkeys.length === 0
  return (
    <>
      <PageHead title="Your account" lead={`${safe(account.name, 100)}, ${safe(authorityText(account), 300)}`} />
      {ELSEWHERE[auth] && <p className="px-4 text-dim text-sm">{ELSEWHERE[auth]}</p>}
      {(locked || once) && (
        <p role="status" className="mx-4 rounded border border-warning/40 bg-warning-soft px-3 py-2 text-sm">
          {locked
            ? 'A second factor is required here: set one up below to get any further.'
            : 'A link works once. Set a password or add a passkey, or an admin must make you another link when this session ends.'}
        </p>
      )}
      {account.local && (
        <>
          <PasswordSection account={account} />
          <SecondFactorSection account={account} />
        </>
      )}
      {account.sessions.length > 0 && <SessionsSection account={account} />}
      {auth !== 'none' && (
        <Section
          title="Your API tokens"
          note={
            account.tokens.length === 0
              ? 'None. An admin makes them under Settings.'
              : 'They can do at most what you can, and end with you.'
          }
          flush
        >
          {account.tokens.length > 0 && <TokenTable tokens={account.tokens} path="session/tokens" refresh={['account', 'tokens']} />}
        </Section>
      )}
    </>
  )
}
