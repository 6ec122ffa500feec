import { RingList } from '@/components/rings/RingList.tsx'
import { listRings } from '@/lib/server/rings/rings.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Rings' }

export default async function Page() {
  const { runtime } = await visit('viewer')
  return <RingList initialData={await listRings(runtime)} />
}
