/** The ring control document: a string key holding this as JSON. Unknown fields are kept on a write. */
export type RingDocument = {
  version: number
  algorithm: string
  nodes: { name: string; address: string; points: number }[]
}

/** The TTL control document: a hash, one field a policy, each holding this as JSON. */
export type TtlDocument = { version: number; match: string; ttlMs: number; jitter: number }
