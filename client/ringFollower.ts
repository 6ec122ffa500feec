import { type FollowOptions, follow } from './document.ts'
import { parseRing, type RingDocument, ringOwner } from './ring.ts'

export type RingFollower = {
  /** Name of the node that owns the key now. */
  owner(key: string): string
  /**
   * Nodes that owned the key within the last TTL and may still hold a copy. A write deletes it there too: if the ring moves back, nobody
   * reads the value from before that write.
   */
  formerOwners(key: string): string[]
  document(): RingDocument
  stop(): Promise<void>
}

type Former = { owner(key: string): string; until: number }

/**
 * Follows a ring. `initial` is used until a document is read, and whenever none was ever there; a document that is gone or unreadable later
 * leaves the last one in force.
 * @param options.ttlMs the longest that a cached value lives
 */
export async function followRing(
  options: FollowOptions & { initial: RingDocument; ttlMs: number; now?: () => number; moved?: (document: RingDocument) => void },
): Promise<RingFollower> {
  const { link, key, ttlMs, now = () => performance.now() } = options
  let document = options.initial
  let owner = ringOwner(document)
  let text = ''
  let formers: Former[] = []

  const stop = await follow({
    ...options,
    version: () => document.version,
    async read() {
      const found = await link.get(key)
      if (found === null || found === text) return
      const next = parseRing(found)
      if (!next) return
      text = found
      const same = JSON.stringify(next.nodes) === JSON.stringify(document.nodes)
      document = next
      if (same) return
      formers = [...formers.filter(({ until }) => until > now()), { owner, until: now() + ttlMs }]
      owner = ringOwner(next)
      options.moved?.(next)
    },
  })
  return {
    owner: (one) => owner(one),
    formerOwners(one) {
      if (formers.length === 0) return []
      formers = formers.filter(({ until }) => until > now())
      const current = owner(one)
      return [...new Set(formers.map((former) => former.owner(one)))].filter((name) => name !== current)
    },
    document: () => document,
    stop,
  }
}
