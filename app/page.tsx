import { Overview } from '@/components/overview/Overview.tsx'
import { listIncidents } from '@/lib/server/incidents/incidents.ts'
import { getOverview } from '@/lib/server/overview/overview.ts'
import { visit } from './visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: { absolute: 'Evenkeel' } }

export default async function Page() {
  const { runtime } = await visit('viewer')
  return <Overview initialData={await getOverview(runtime)} incidents={await listIncidents(runtime)} />
}
