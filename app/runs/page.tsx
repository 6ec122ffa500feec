import { RunsPage } from '@/components/runs/RunsPage.tsx'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Load tests' }

export default async function Page() {
  const { runtime, calls } = await visit('viewer')
  return <RunsPage initial={calls.listRunsPage(runtime)} url={runtime.config.url} />
}
