import { TargetList } from '@/components/targets/TargetList.tsx'
import { TtlPolicies } from '@/components/ttls/TtlPolicies.tsx'
import { listTargets } from '@/lib/server/targets/targets.ts'
import { listTtls } from '@/lib/server/ttls/ttls.ts'
import { scopeOf } from '../scope.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Caches' }

export default async function Page({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const { runtime } = await visit('viewer')
  const scope = await scopeOf(searchParams)
  return (
    <>
      <TargetList only="caches" first={{ scope, page: await listTargets(runtime, { brief: true, caching: true, q: scope }) }} />
      <TtlPolicies initialData={listTtls(runtime)} />
    </>
  )
}
