import { TargetList } from '@/components/targets/TargetList.tsx'
import { house } from '@/lib/server/house.ts'
import { listTargets } from '@/lib/server/targets.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Targets' }

export default function Page() {
  return <TargetList initialData={listTargets(house())} />
}
