import { RingList } from '@/components/rings/RingList.tsx'
import { house } from '@/lib/server/house.ts'
import { listRings } from '@/lib/server/rings.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Rings' }

export default function Page() {
  return <RingList initialData={listRings(house())} />
}
