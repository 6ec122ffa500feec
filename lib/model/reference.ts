/** One access of one key of a cache, by a hash of the key: what its curves are computed from. */
export type Access = {
  /** Epoch ms. */
  at: number
  /** The two halves of the key's 64-bit hash, unsigned. Keys are sampled by `high`. */
  high: number
  low: number
  /** 0 get, 1 set, 2 delete; 3: its value was changed at the origin, which is no access of the cache. */
  op: number
  /** Bytes of the value; 0: not told. */
  size: number
  /** What the key is given; 0: no TTL; NaN: not told. */
  ttlMs: number
  /** Bytes of the key's text; 0: not told. */
  keyBytes: number
  /** `product:*`; empty: not told. */
  pattern: string
  /** Of a set: a tag of the value, 32 bits, by which the next one is compared with it. Never kept. 0 or absent: not told. */
  tag?: number
  /** Of a set: whether the value is that of the set before; absent: not known. */
  value?: 'same' | 'other'
}

/** Accesses of a sample of a cache's keys, with what was counted of all of them. */
export type Accesses = {
  list: readonly Access[]
  /** The share of the keys that the source lets through, those with the lowest hashes; null: it does not say. */
  rate: number | null
  /** Gets before sampling; null: not counted. */
  gets: number | null
  /** What came before the first of these is missing: distances between reuses end here. */
  resumed?: boolean
  /** Times whose references will never come, epoch ms. */
  missing?: { from: number; to: number }
}

/** References that one target has read of another: a proxy's access log of the cache behind it. */
export type FedReferences = { target: string; accesses: Accesses }

/** What of an access log is a reference of a cache, as the cache's configuration says it. */
export type LogFeed = {
  /** The target. */
  cache: string
  /** The field that holds the key. */
  key: string
  /** Lines of this pool alone; null: of any. */
  pool: string | null
  /** What a fill is given where the line does not tell; null: not told. */
  ttlMs: number | null
}

/** Where a target's references come from, and how long they are kept. */
export type ReferenceSettings = { from: 'off' | 'monitor' | 'report' | 'log'; keep: number; log?: ReferenceLogSettings }
/** `targets`: proxies whose access logs tell them. */
export type ReferenceLogSettings = { targets: string[]; key: string; pool?: string; ttl?: number }
