import type { Claims } from '../model/store.ts'

/** Locks by name within one process. They end with it: at the next start the journal's changes in flight take them anew. */
export function localClaims(): Claims {
  const held = new Map<string, string>()
  return {
    async take(keys, holder) {
      for (const key of keys) {
        const other = held.get(key)
        if (other !== undefined && other !== holder) return other
      }
      for (const key of keys) held.set(key, holder)
      return null
    },
    async release(holder) {
      for (const [key, other] of held) if (other === holder) held.delete(key)
    },
  }
}
