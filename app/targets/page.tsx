import { TargetList } from '@/components/targets/TargetList.tsx'
import { listTargets } from '@/lib/server/targets/targets.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Targets' }

export default async function Page() {
  const { runtime } = await visit('viewer')
  return <TargetList initialData={await listTargets(runtime, { brief: true })} />
}
