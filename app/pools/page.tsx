import { PoolList } from '@/components/pools/PoolList.tsx'
import { listPools } from '@/lib/server/pools/pools.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Pools' }

export default async function Page() {
  const { runtime } = await visit('viewer')
  return <PoolList initialData={await listPools(runtime)} />
}
