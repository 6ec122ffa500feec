import { CurvesPage } from '@/components/curves/CurvesPage.tsx'
import { listTargets } from '@/lib/server/targets/targets.ts'
import { listTraces } from '@/lib/server/traces/traces.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Memory and TTL lab' }

export default async function Page() {
  const { runtime } = await visit('viewer')
  return <CurvesPage targets={await listTargets(runtime)} traces={listTraces(runtime)} />
}
