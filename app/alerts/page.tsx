import { AlertsPage } from '@/components/alerts/AlertsPage.tsx'
import { listDeliveries, listReceivers } from '@/lib/server/deliveries.ts'
import { house } from '@/lib/server/house.ts'
import { listSilences } from '@/lib/server/silences.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Alerts' }

export default function Page() {
  return <AlertsPage deliveries={listDeliveries(house())} silences={listSilences(house())} receivers={listReceivers(house()).items} />
}
