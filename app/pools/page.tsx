import { PoolList } from '@/components/pools/PoolList.tsx'
import { scopeOf } from '../scope.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Pools' }

export default async function Page({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const { runtime, calls } = await visit('viewer')
  const scope = await scopeOf(searchParams)
  return <PoolList first={{ scope, page: await calls.listPools(runtime, { q: scope, brief: true }) }} />
}
