import { TargetList } from '@/components/targets/TargetList.tsx'
import { scopeOf } from '../scope.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Targets' }

export default async function Page({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const { runtime, calls } = await visit('viewer')
  const scope = await scopeOf(searchParams)
  return <TargetList first={{ scope, page: await calls.listTargets(runtime, { brief: true, q: scope }) }} />
}
