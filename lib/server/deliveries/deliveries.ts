import type { Delivery } from '../../model/notice.ts'
import type { DeliveryView, Page } from '../../model/views.ts'
import { withIso } from '../http/iso.ts'
import { type Paging, pageNewest } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'

/** Newest first. */
export function listDeliveries(runtime: Runtime, paging?: Paging): Page<DeliveryView> {
  const { items, ...rest } = pageNewest(runtime.store.deliveries.list(), (delivery) => delivery.at, paging)
  return { items: items.map(deliveryView), ...rest }
}

/** Receivers by name and kind of channel; addresses stay inside. */
export function listReceivers(runtime: Runtime): Page<{ name: string; channels: string[] }> {
  return {
    items: runtime.config.receivers.map(({ name, channels }) => ({ name, channels: channels.map((channel) => channel.kind) })),
    next: null,
  }
}

/** Sends one test notice at once and says what came back. */
export async function testReceiver(runtime: Runtime, name: string): Promise<{ deliveries: DeliveryView[] }> {
  return { deliveries: (await runtime.dispatch.test(name)).map(deliveryView) }
}

const deliveryView = (delivery: Delivery): DeliveryView => withIso(delivery, 'at', 'nextAt') as DeliveryView
