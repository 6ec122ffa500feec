import { LabPage } from '@/components/lab/LabPage.tsx'
import { listPools } from '@/lib/server/pools/pools.ts'
import { listRings } from '@/lib/server/rings/rings.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Ring lab' }

export default async function Page() {
  const { runtime } = await visit('viewer')
  return <LabPage rings={await listRings(runtime)} pools={await listPools(runtime)} />
}
