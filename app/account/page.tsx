import { AccountPage } from '@/components/account/AccountPage.tsx'
import { getAccount } from '@/lib/server/account/account.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Your account' }

export default async function Page() {
  const { runtime, identity } = await visit('viewer', { ownAccount: true })
  return <AccountPage initial={getAccount(runtime, identity)} auth={runtime.config.auth.mode} />
}
