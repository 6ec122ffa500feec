import { redirect } from 'next/navigation'
import { FindingsPage } from '@/components/findings/FindingsPage.tsx'
import { changeOf } from '@/lib/model/changeAlert.ts'
import { known } from '../../known.ts'
import { scopeOf } from '../../scope.ts'
import { visit } from '../../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Findings' }

type Props = { params: Promise<{ id?: string[] }>; searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function Page({ params, searchParams }: Props) {
  const { runtime, calls } = await visit('viewer')
  const { id } = await params
  const scope = await scopeOf(searchParams)
  const open = id?.[0] ? decodeURIComponent(id[0]) : null
  // Notices of earlier versions sent the reader of a change here.
  const change = open && changeOf(open)
  if (change) redirect(`/changes/${encodeURIComponent(change)}`)
  return (
    <FindingsPage
      first={{ scope, page: calls.listFindings(runtime, { state: 'firing', q: scope }) }}
      info={calls.listFindings(runtime, { state: 'firing', severity: 'info', limit: 1 }).total ?? 0}
      open={open}
      initialOpen={open ? known(() => calls.getFinding(runtime, open)) : null}
    />
  )
}
