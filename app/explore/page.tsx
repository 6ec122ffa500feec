import { Explore } from '@/components/explore/Explore.tsx'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Explore' }

export default async function Page() {
  const { runtime, calls } = await visit('viewer')
  return <Explore initialData={calls.listMetrics(runtime)} />
}
