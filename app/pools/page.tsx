import { PoolList } from '@/components/pools/PoolList.tsx'
import { house } from '@/lib/server/house.ts'
import { listPools } from '@/lib/server/pools.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Pools' }

export default function Page() {
  return <PoolList initialData={listPools(house())} />
}
