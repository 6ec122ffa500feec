import { DrillsPage } from '@/components/drills/DrillsPage.tsx'
import { listDrills } from '@/lib/server/drills/drills.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Drills' }

export default async function Page() {
  const { runtime } = await visit('viewer')
  return <DrillsPage initial={runtime.drills === null ? null : await listDrills(runtime)} />
}
