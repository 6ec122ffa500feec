import { Explore } from '@/components/explore/Explore.tsx'
import { house } from '@/lib/server/house.ts'
import { listMetrics } from '@/lib/server/series.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Explore' }

export default function Page() {
  return <Explore initialData={listMetrics(house())} />
}
