import { RingList } from '@/components/rings/RingList.tsx'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Rings' }

export default async function Page() {
  const { runtime, calls } = await visit('viewer')
  return <RingList initialData={await calls.listRings(runtime)} />
}
