import { LabPage } from '@/components/lab/LabPage.tsx'
import { house } from '@/lib/server/house.ts'
import { listPools } from '@/lib/server/pools.ts'
import { listRings } from '@/lib/server/rings.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Ring lab' }

export default function Page() {
  return <LabPage rings={listRings(house())} pools={listPools(house())} />
}
