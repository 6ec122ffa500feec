import type { Store } from '../../model/store.ts'
import type { Outbound } from '../../store/remoteWrite/outbound.ts'

/** Passes on to remote write what this process has polled itself: what it is told by another, that one writes. */
export type OwnSamples = {
  onSample: Outbound['add']
  /** The same store, for what others have polled. */
  received(store: Pick<Store, 'append' | 'putRecords'>): Pick<Store, 'append' | 'putRecords'>
}

export function ownSamples(add: Outbound['add']): OwnSamples {
  let receiving = false
  return {
    onSample(...sample) {
      if (!receiving) add(...sample)
    },
    received: (store) => ({
      append(...samples) {
        receiving = true
        try {
          store.append(...samples)
        } finally {
          receiving = false
        }
      },
      putRecords: store.putRecords,
    }),
  }
}
