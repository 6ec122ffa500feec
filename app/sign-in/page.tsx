import type { Metadata } from 'next'
import { SignIn } from '@/components/doors/SignIn.tsx'

export const metadata: Metadata = { title: 'Sign in' }

/** The way in. A link with a code never gets here unless the code is spent: proxy.ts redeems it. */
export default async function Page({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const { next, code } = await searchParams
  // Only a path of ours: an address of another site would make the sign-in a springboard.
  const path = typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : '/'
  return <SignIn next={path} spent={code !== undefined} />
}
