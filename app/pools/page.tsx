import { PoolList } from '@/components/pools/PoolList.tsx'
import { POOL_COLUMNS } from '@/lib/model/listColumns.ts'
import { scopeOf, sortOf } from '../scope.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Pools' }

export default async function Page({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const { runtime, calls, person } = await visit('viewer')
  const [scope, sort] = [await scopeOf(searchParams), await sortOf(searchParams, POOL_COLUMNS)]
  const page = await calls.listPools(runtime, { q: scope, brief: true, ...(sort && { sort }), mine: true, person })
  return <PoolList first={{ scope, sort, page }} />
}
