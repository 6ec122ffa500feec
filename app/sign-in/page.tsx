import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { SignIn } from '@/components/auth/SignIn.tsx'
import { SignInElsewhere } from '@/components/auth/SignInElsewhere.tsx'
import { ownPath } from '@/lib/auth/ownPath.ts'
import { runtime } from '@/lib/server/runtime.ts'

export const metadata: Metadata = { title: 'Sign in' }

/** The way in. The code of a link stands in the fragment: the page itself posts it. */
export default async function Page({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  // The reverse proxy has its own way in; without authentication there is none.
  const { mode, oidc, local } = runtime().auth
  if (mode === 'proxy' || mode === 'none') redirect('/')
  const { next } = await searchParams
  const path = ownPath(next)
  if (oidc) return <SignInElsewhere issuer={oidc.issuer} next={path} trouble={await oidc.trouble()} />
  return <SignIn next={path} noPasskeys={local?.passkeys.unavailable ?? null} />
}
