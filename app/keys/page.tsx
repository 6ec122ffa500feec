import { KeysPage } from '@/components/keys/KeysPage.tsx'
import { house } from '@/lib/server/house.ts'
import { bigKeys, hotKeys, keyPatterns } from '@/lib/server/keys.ts'
import { listTargets } from '@/lib/server/targets.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Keys' }

export default function Page() {
  return <KeysPage hot={hotKeys(house())} big={bigKeys(house())} patterns={keyPatterns(house())} targets={listTargets(house())} />
}
