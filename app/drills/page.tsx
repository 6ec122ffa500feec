import { DrillsPage } from '@/components/drills/DrillsPage.tsx'
import { listDrills } from '@/lib/server/drills/drills.ts'
import { listPools } from '@/lib/server/pools/pools.ts'
import { listRings } from '@/lib/server/rings/rings.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Drills' }

export default async function Page() {
  const { runtime } = await visit('viewer')
  const [drills, rings, pools] = await Promise.all([
    runtime.drills === null ? null : listDrills(runtime),
    listRings(runtime),
    listPools(runtime),
  ])
  return <DrillsPage initial={drills} rings={rings} pools={pools} />
}
