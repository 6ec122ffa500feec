import { AccountPage } from '@/components/account/AccountPage.tsx'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Your account' }

export default async function Page() {
  const { runtime, calls, identity } = await visit('viewer', { ownAccount: true })
  return <AccountPage initial={calls.getAccount(runtime, identity)} auth={runtime.config.auth.mode} />
}
