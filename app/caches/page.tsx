import { TargetList } from '@/components/targets/TargetList.tsx'
import { TtlPolicies } from '@/components/ttls/TtlPolicies.tsx'
import { listTargets } from '@/lib/server/targets/targets.ts'
import { listTtls } from '@/lib/server/ttls/ttls.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Caches' }

export default async function Page() {
  const { runtime } = await visit('viewer')
  return (
    <>
      <TargetList only="caches" initialData={await listTargets(runtime, { brief: true })} />
      <TtlPolicies initialData={listTtls(runtime)} />
    </>
  )
}
