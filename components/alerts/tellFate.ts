import { toast } from '@/components/ui/toast.tsx'
import { safe } from '@/lib/format/format.ts'
import type { DeliveryView } from '@/lib/model/answers/delivery.ts'

/** What came back of each channel. */
export function tellFate(name: string, deliveries: DeliveryView[]) {
  const description = deliveries
    .map(({ channel, state, reason }) => `${channel}: ${state}${reason ? ` (${safe(reason, 80)})` : ''}`)
    .join('; ')
  if (deliveries.every(({ state }) => state === 'delivered')) toast(`The test has reached ${safe(name, 60)}`, { description })
  else toast.error(`The test has not reached all of ${safe(name, 60)}`, { description })
}
