import type { ReceiverView, TestedView } from '../../model/answers/delivery.ts'
import type { Page } from '../../model/answers/shape.ts'
import type { Delivery } from '../../model/notice.ts'
import { deliveryView } from '../deliveries/deliveries.ts'
import { onePage } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'

/** Receivers by name and kind of channel, and what became of the newest notice of each; addresses stay inside. */
export function listReceivers(runtime: Runtime): Page<ReceiverView> {
  const newest = new Map<string, Delivery>()
  const key = (receiver: string, channel: string) => JSON.stringify([receiver, channel])
  for (const delivery of runtime.store.deliveries.list()) {
    const before = newest.get(key(delivery.receiver, delivery.channel))
    if (!before || before.at < delivery.at) newest.set(key(delivery.receiver, delivery.channel), delivery)
  }
  const last = (name: string, channels: string[]) => channels.flatMap((kind) => newest.get(key(name, kind)) ?? []).map(deliveryView)
  return onePage(
    runtime.config.receivers.map(({ name, channels }) => {
      const kinds = channels.map(({ kind }) => kind)
      return { name, channels: kinds, last: last(name, kinds) }
    }),
  )
}

/** Sends one test notice at once and says what came back. */
export async function testReceiver(runtime: Runtime, name: string): Promise<TestedView> {
  return { deliveries: (await runtime.dispatch.test(name)).map(deliveryView) }
}
