import { notFound } from 'next/navigation'
import { RunPage } from '@/components/runs/RunPage.tsx'
import { knownLater, named } from '../../known.ts'
import { visit } from '../../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Load test' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { runtime, calls } = await visit('viewer')
  const report = await knownLater(calls.runReport(runtime, named((await params).id)))
  if (!report) notFound()
  return <RunPage initialData={report} />
}
