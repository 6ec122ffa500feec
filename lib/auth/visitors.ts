import type { ProxyAuth } from '../config/auth.ts'
import type { Authority } from '../model/roles.ts'
import type { Store } from '../model/store.ts'
import type { Named } from './proxied.ts'
import { authorityHeld, type PersonRole } from './roles.ts'

/**
 * The groups that a reverse proxy last named for each person. We keep no accounts for them, and still a token must lose what its owner has lost:
 * by the proxy, which then names other groups, or by the configuration.
 */
export type Visitors = {
  id(name: string): string
  note(visitor: Named): void
  authorityOf(id: string): Authority<PersonRole> | null
}

export function createVisitors(store: Store, auth: ProxyAuth): Visitors {
  const id = (name: string) => `proxy:${name}`
  return {
    id,
    note({ name, groups }) {
      const key = `visitor/${id(name)}`
      const before = store.memory.get<string[]>(key)
      if (before?.length === groups.length && groups.every((group, index) => group === before[index])) return
      try {
        store.memory.put(key, groups)
      } catch {
        // The next visit says it again.
      }
    },
    authorityOf(of) {
      const groups = store.memory.get<string[]>(`visitor/${of}`)
      return groups && authorityHeld(auth.roles, of.slice('proxy:'.length), groups)
    },
  }
}
