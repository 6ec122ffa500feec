import { RunsPage } from '@/components/runs/RunsPage.tsx'
import { listRunsPage } from '@/lib/server/runs/report.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Load tests' }

export default async function Page() {
  const { runtime } = await visit('viewer')
  return <RunsPage initial={listRunsPage(runtime)} url={runtime.config.url} />
}
