import { DrillsPage } from '@/components/drills/DrillsPage.tsx'
import { listDrills } from '@/lib/server/drills.ts'
import { house } from '@/lib/server/house.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Drills' }

export default async function Page() {
  return <DrillsPage initial={house().drills === null ? null : await listDrills(house())} />
}
