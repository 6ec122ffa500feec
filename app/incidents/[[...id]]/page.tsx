import { IncidentsPage } from '@/components/incidents/IncidentsPage.tsx'
import { getIncident, listIncidents } from '@/lib/server/incidents/incidents.ts'
import { known, named } from '../../known.ts'
import { visit } from '../../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Incidents' }

export default async function Page({ params }: { params: Promise<{ id?: string[] }> }) {
  const { runtime } = await visit('viewer')
  const { id } = await params
  const open = id?.[0] ? named(id[0]) : null
  return (
    <IncidentsPage
      initial={await listIncidents(runtime)}
      firing={(await listIncidents(runtime, { state: 'firing', limit: 1 })).total ?? 0}
      open={open}
      initialOpen={open ? known(() => getIncident(runtime, open)) : null}
    />
  )
}
