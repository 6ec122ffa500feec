import type { Delivery } from '../model/notice.ts'
import type { DeliveryView, Page } from '../model/views.ts'
import type { House } from './house.ts'
import { type Paging, pageNewest } from './paging.ts'
import { withIso } from './time.ts'

/** Newest first. */
export function listDeliveries(house: House, paging?: Paging): Page<DeliveryView> {
  const { items, ...rest } = pageNewest(house.store.deliveries.list(), (delivery) => delivery.at, paging)
  return { items: items.map(deliveryView), ...rest }
}

/** Receivers by name and kind of channel; addresses stay inside. */
export function listReceivers(house: House): Page<{ name: string; channels: string[] }> {
  return {
    items: house.config.receivers.map(({ name, channels }) => ({ name, channels: channels.map((channel) => channel.kind) })),
    next: null,
  }
}

/** Sends one test notice at once and says what came back. */
export async function testReceiver(house: House, name: string): Promise<{ deliveries: DeliveryView[] }> {
  return { deliveries: (await house.dispatch.test(name)).map(deliveryView) }
}

const deliveryView = (delivery: Delivery): DeliveryView => withIso(delivery, 'at', 'nextAt') as DeliveryView
