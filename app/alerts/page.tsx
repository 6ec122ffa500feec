import { AlertsPage } from '@/components/alerts/AlertsPage.tsx'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Alerts' }

export default async function Page() {
  const { runtime, calls } = await visit('viewer')
  return (
    <AlertsPage
      deliveries={calls.listDeliveries(runtime)}
      silences={calls.listSilences(runtime)}
      receivers={calls.listReceivers(runtime)}
      heartbeat={calls.heartbeatView(runtime)}
      rules={runtime.detectors.map(({ id }) => id)}
      targets={runtime.engine.targets().map(({ name }) => name)}
    />
  )
}
