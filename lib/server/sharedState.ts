import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import type { Annotation } from '../model/annotation.ts'
import { APPROVAL_PREFIX, type Approval } from '../model/approval.ts'
import type { Bus } from '../model/events.ts'
import type { Log } from '../model/log.ts'
import type { Store } from '../model/store.ts'
import { WARM_RUN_PREFIX, type WarmRun } from '../model/warming.ts'
import { createDatabase } from '../store/postgres/connection.ts'
import { createSharedStore } from '../store/postgres/sharedStore.ts'
import { createStore, type StoreOptions } from '../store/store.ts'

/** The store that the configuration names. Throws `unavailable`, naming the key and the mend, when it cannot be used. */
export async function openStore(
  { state, replica, data, retention }: Pick<Config, 'state' | 'replica' | 'data' | 'retention'>,
  given: Pick<StoreOptions, 'onSample'> & { now: () => number; log: Log },
): Promise<Store> {
  const options = { ...given, path: join(data, 'evenkeel.db'), retention }
  if (state === undefined) return createStore(options)
  return createSharedStore({ ...options, database: createDatabase({ url: state, replica }), replica })
}

/** Where keys are files: null where replicas share them. */
export const keyFolder = ({ state, data }: Pick<Config, 'state' | 'data'>): string | null => (state === undefined ? data : null)

/** Emits what other replicas have written as events of this one, so that its pages, streams and caches follow. */
export function announceShared(store: Store, bus: Bus): void {
  const annotations = new Map(store.annotations.list().map((one): [string, Annotation] => [one.id, one]))
  bus.on((event) => {
    if (event.type !== 'annotation') return
    if (event.deleted) annotations.delete(event.annotation.id)
    else annotations.set(event.annotation.id, event.annotation)
  })
  store.onShared(({ noun, id, document }) => {
    if (noun === 'finding' && document) bus.emit({ type: 'finding', finding: document, shared: true })
    if (noun === 'proposal' && document) bus.emit({ type: 'proposal', proposal: document, shared: true })
    if (noun === 'change' && document) bus.emit({ type: 'change', change: document, shared: true })
    if (noun === 'memory' && document && id.startsWith(APPROVAL_PREFIX))
      bus.emit({ type: 'approval', approval: document as Approval, shared: true })
    if (noun === 'memory' && document && id.startsWith(WARM_RUN_PREFIX))
      bus.emit({ type: 'warming', run: document as WarmRun, shared: true })
    if (noun !== 'annotation') return
    const annotation = document ?? annotations.get(id)
    if (annotation) bus.emit({ type: 'annotation', annotation, ...(document === null && { deleted: true }), shared: true })
  })
}
