import { TargetList } from '@/components/targets/TargetList.tsx'
import { TtlPolicies } from '@/components/ttls/TtlPolicies.tsx'
import { scopeOf } from '../scope.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Caches' }

export default async function Page({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const { runtime, calls } = await visit('viewer')
  const scope = await scopeOf(searchParams)
  return (
    <>
      <TargetList only="caches" first={{ scope, page: await calls.listTargets(runtime, { brief: true, caching: true, q: scope }) }} />
      <TtlPolicies initialData={calls.listTtls(runtime)} />
    </>
  )
}
