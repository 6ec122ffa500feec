import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { SignIn } from '@/components/doors/SignIn.tsx'
import { SignInElsewhere } from '@/components/doors/SignInElsewhere.tsx'
import { ownPath } from '@/lib/server/doors/ownPath.ts'
import { house } from '@/lib/server/house.ts'

export const metadata: Metadata = { title: 'Sign in' }

/** The way in. A link with a code never gets here unless the code is spent: proxy.ts redeems it. */
export default async function Page({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  // The reverse proxy has its own way in; without doors there is none.
  const { mode, oidc } = house().doors
  if (mode === 'proxy' || mode === 'none') redirect('/')
  const { next, code } = await searchParams
  const path = ownPath(next)
  if (oidc) return <SignInElsewhere issuer={oidc.issuer} next={path} trouble={await oidc.trouble()} />
  return <SignIn next={path} spent={code !== undefined} />
}
