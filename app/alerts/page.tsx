import { AlertsPage } from '@/components/alerts/AlertsPage.tsx'
import { listDeliveries } from '@/lib/server/deliveries/deliveries.ts'
import { heartbeatView } from '@/lib/server/heartbeat/heartbeat.ts'
import { listReceivers } from '@/lib/server/receivers/receivers.ts'
import { listSilences } from '@/lib/server/silences/silences.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Alerts' }

export default async function Page() {
  const { runtime } = await visit('viewer')
  return (
    <AlertsPage
      deliveries={listDeliveries(runtime)}
      silences={listSilences(runtime)}
      receivers={listReceivers(runtime)}
      heartbeat={heartbeatView(runtime)}
      rules={runtime.detectors.map(({ id }) => id)}
      targets={runtime.engine.targets().map(({ name }) => name)}
    />
  )
}
