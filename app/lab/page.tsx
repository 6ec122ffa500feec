import { LabPage } from '@/components/lab/LabPage.tsx'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Ring lab' }

export default async function Page() {
  const { runtime, calls } = await visit('viewer')
  return <LabPage rings={await calls.listRings(runtime)} pools={await calls.listPools(runtime)} />
}
