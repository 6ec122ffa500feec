import { TargetList } from '@/components/targets/TargetList.tsx'
import { TtlPolicies } from '@/components/ttls/TtlPolicies.tsx'
import { house } from '@/lib/server/house.ts'
import { listTargets } from '@/lib/server/targets.ts'
import { listTtls } from '@/lib/server/ttls.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Caches' }

export default function Page() {
  return (
    <>
      <TargetList only="caches" initialData={listTargets(house())} />
      <TtlPolicies initialData={listTtls(house())} />
    </>
  )
}
