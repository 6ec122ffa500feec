import { ChangesPage } from '@/components/changes/ChangesPage.tsx'
import { scoreOf } from '@/lib/model/changeScore.ts'
import { known } from '../../known.ts'
import { scopeOf } from '../../scope.ts'
import { visit } from '../../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Changes' }

type Props = { params: Promise<{ id?: string[] }>; searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function Page({ params, searchParams }: Props) {
  const { runtime, calls } = await visit('viewer')
  const { id } = await params
  const scope = await scopeOf(searchParams)
  const open = id?.[0] ? decodeURIComponent(id[0]) : null
  return (
    <ChangesPage
      first={{ scope, page: calls.listChanges(runtime, { q: scope }) }}
      score={scoreOf(runtime.store.changes.list())}
      open={open}
      initialOpen={open ? known(() => calls.getChange(runtime, open)) : null}
    />
  )
}
