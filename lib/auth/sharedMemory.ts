import type { Store } from '../model/store.ts'

/** Calls back with each key below `prefix` that another replica has put, or deleted (null): what is looked up with each request is held by key in memory. */
export function onSharedMemory<T>(store: Store, prefix: string, then: (rest: string, value: T | null) => void): void {
  store.onShared((shared) => {
    if (shared.noun === 'memory' && shared.id.startsWith(prefix)) then(shared.id.slice(prefix.length), shared.document as T | null)
  })
}
