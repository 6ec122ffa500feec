import type { DeliveryView } from '../../model/answers/delivery.ts'
import type { Page } from '../../model/answers/shape.ts'
import type { Delivery } from '../../model/notice.ts'
import { withIso } from '../http/iso.ts'
import { type Paging, pageNewest } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'

/** Newest first. */
export function listDeliveries(runtime: Runtime, paging?: Paging): Page<DeliveryView> {
  const { items, ...rest } = pageNewest(runtime.store.deliveries.list(), (delivery) => delivery.at, paging)
  return { items: items.map(deliveryView), ...rest }
}

export const deliveryView = ({ reached: _, pausedUntil: __, ...delivery }: Delivery): DeliveryView => ({
  ...(withIso(delivery, 'at', 'nextAt') as Omit<DeliveryView, 'reason'>),
  ...(delivery.answer !== undefined && { reason: delivery.answer }),
})
