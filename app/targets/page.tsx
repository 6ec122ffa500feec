import { TargetList } from '@/components/targets/TargetList.tsx'
import { firstTargets } from '../firstTargets.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Targets' }

export default async function Page({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const { runtime, calls, person } = await visit('viewer')
  return <TargetList {...(await firstTargets({ runtime, calls, person }, searchParams))} />
}
