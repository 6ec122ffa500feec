import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { SignIn } from '@/components/doors/SignIn.tsx'
import { house } from '@/lib/server/house.ts'

export const metadata: Metadata = { title: 'Sign in' }

/** The way in. A link with a code never gets here unless the code is spent: proxy.ts redeems it. */
export default async function Page({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  // The reverse proxy has its own way in.
  if (house().doors.mode === 'proxy') redirect('/')
  const { next, code } = await searchParams
  // Only a path of ours: an address of another site would make the sign-in a springboard.
  const path = typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : '/'
  return <SignIn next={path} spent={code !== undefined} />
}
