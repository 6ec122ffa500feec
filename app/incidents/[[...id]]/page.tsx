import { IncidentsPage } from '@/components/incidents/IncidentsPage.tsx'
import { known, named } from '../../known.ts'
import { scopeOf } from '../../scope.ts'
import { visit } from '../../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Incidents' }

type Props = { params: Promise<{ id?: string[] }>; searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function Page({ params, searchParams }: Props) {
  const { runtime, calls } = await visit('viewer')
  const { id } = await params
  const scope = await scopeOf(searchParams)
  const open = id?.[0] ? named(id[0]) : null
  return (
    <IncidentsPage
      first={{ scope, page: await calls.listIncidents(runtime, { q: scope }) }}
      firing={(await calls.listIncidents(runtime, { state: 'firing', limit: 1 })).total ?? 0}
      open={open}
      initialOpen={open ? known(() => calls.getIncident(runtime, open)) : null}
    />
  )
}
