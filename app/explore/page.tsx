import { Explore } from '@/components/explore/Explore.tsx'
import { listMetrics } from '@/lib/server/series/series.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Explore' }

export default async function Page() {
  const { runtime } = await visit('viewer')
  return <Explore initialData={listMetrics(runtime)} />
}
