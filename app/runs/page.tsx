import { RunsPage } from '@/components/runs/RunsPage.tsx'
import { scopeOf } from '../scope.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Load tests' }

export default async function Page({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const { runtime, calls } = await visit('viewer')
  const scope = await scopeOf(searchParams)
  return <RunsPage first={{ scope, page: calls.listRunsPage(runtime, { q: scope }) }} url={runtime.config.url} />
}
