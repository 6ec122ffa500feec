import { KeysPage } from '@/components/keys/KeysPage.tsx'
import { bigKeys, hotKeys, keyPatterns } from '@/lib/server/keys/keys.ts'
import { listTargets } from '@/lib/server/targets/targets.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Keys' }

export default async function Page() {
  const { runtime } = await visit('viewer')
  const targets = await listTargets(runtime)
  return <KeysPage hot={hotKeys(runtime)} big={bigKeys(runtime)} patterns={keyPatterns(runtime)} targets={targets} />
}
