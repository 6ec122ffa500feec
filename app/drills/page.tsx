import { DrillsPage } from '@/components/drills/DrillsPage.tsx'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Drills' }

export default async function Page() {
  const { runtime, calls } = await visit('viewer')
  const [drills, rings, pools] = await Promise.all([
    runtime.drills === null ? null : calls.listDrills(runtime),
    calls.listRings(runtime),
    calls.listPools(runtime),
  ])
  return <DrillsPage initial={drills} rings={rings} pools={pools} />
}
