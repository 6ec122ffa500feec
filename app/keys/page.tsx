import { KeysPage } from '@/components/keys/KeysPage.tsx'
import { bigKeys, hotKeys, keyPatterns } from '@/lib/server/keys.ts'
import { listTargets } from '@/lib/server/targets.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Keys' }

export default async function Page() {
  const { house } = await visit('viewer')
  return <KeysPage hot={hotKeys(house)} big={bigKeys(house)} patterns={keyPatterns(house)} targets={listTargets(house)} />
}
