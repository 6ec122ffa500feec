import { ChangesPage } from '@/components/changes/ChangesPage.tsx'
import { scoreOf } from '@/lib/model/changeScore.ts'
import { getChange, listChanges } from '@/lib/server/changes/changes.ts'
import { known } from '../../known.ts'
import { visit } from '../../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Changes' }

export default async function Page({ params }: { params: Promise<{ id?: string[] }> }) {
  const { runtime } = await visit('viewer')
  const { id } = await params
  const open = id?.[0] ? decodeURIComponent(id[0]) : null
  return (
    <ChangesPage
      initial={listChanges(runtime)}
      score={scoreOf(runtime.store.changes.list())}
      open={open}
      initialOpen={open ? known(() => getChange(runtime, open)) : null}
    />
  )
}
