import type { TargetConfig } from './product.ts'
import type { RingSpec } from './ring.ts'
import type { Labels } from './series.ts'
import type { RingNodeFact } from './topology.ts'

/** The ring control document: a string key holding this as JSON. Unknown fields are kept on a write. */
export type RingDocument = {
  version: number
  algorithm: string
  nodes: { name: string; address: string; points: number }[]
}

/** The TTL control document: a hash, one field a policy, each holding this as JSON. */
export type TtlDocument = { version: number; match: string; ttlMs: number; jitter: number }

/**
 * Configuration of a target of kind `control`, as the server makes it from `rings:` and `ttls:` of the file: named `ring:NAME` or
 * `ttl:NAME`, it reads and writes the document `key` on the Redis that `redis` (that target's own configuration) reaches.
 */
export type ControlConfig = {
  kind: 'control'
  name: string
  key: string
  /** Of a ring those that all its targets share; of TTL policies their server's. */
  labels?: Labels
  redis: TargetConfig
  /** Other servers on which applications read it: replicas in other regions. */
  copies?: TargetConfig[]
  followersExpected?: number
} & (
  | { ring: { name: string; spec: RingSpec; nodes: RingNodeFact[] }; ttl?: undefined }
  | { ttl: { name: string; match: string; ttlMs: number; jitter: number }; ring?: undefined }
)
