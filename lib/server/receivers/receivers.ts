import type { ReceiverView, TestedView } from '../../model/answers/delivery.ts'
import type { Page } from '../../model/answers/shape.ts'
import { deliveryView } from '../deliveries/deliveries.ts'
import { onePage } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'

/** Receivers by name and kind of channel; addresses stay inside. */
export function listReceivers(runtime: Runtime): Page<ReceiverView> {
  return onePage(runtime.config.receivers.map(({ name, channels }) => ({ name, channels: channels.map((channel) => channel.kind) })))
}

/** Sends one test notice at once and says what came back. */
export async function testReceiver(runtime: Runtime, name: string): Promise<TestedView> {
  return { deliveries: (await runtime.dispatch.test(name)).map(deliveryView) }
}
