import { CurvesPage } from '@/components/curves/CurvesPage.tsx'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Memory and TTL lab' }

export default async function Page() {
  const { runtime, calls } = await visit('viewer')
  return <CurvesPage targets={await calls.listTargets(runtime)} traces={calls.listTraces(runtime)} />
}
