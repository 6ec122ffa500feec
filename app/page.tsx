import { Overview } from '@/components/overview/Overview.tsx'
import { house } from '@/lib/server/house.ts'
import { listIncidents } from '@/lib/server/incidents.ts'
import { getOverview } from '@/lib/server/overview.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: { absolute: 'Evenkeel' } }

export default function Page() {
  return <Overview initialData={getOverview(house())} incidents={listIncidents(house())} />
}
