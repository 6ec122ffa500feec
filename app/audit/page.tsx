import { AuditPage } from '@/components/audit/AuditPage.tsx'
import { FILTERS } from '@/components/audit/words.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Audit' }

export default async function Page({ searchParams }: { searchParams: Promise<Record<string, unknown>> }) {
  const { runtime, calls } = await visit('admin')
  const asked = await searchParams
  // With a filter the browser asks the API, which knows how to read it.
  return <AuditPage initial={FILTERS.some((name) => asked[name]) ? null : await calls.listAudit(runtime, {})} />
}
