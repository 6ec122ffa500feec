/** How old what the reads of a group of keys were given was, as the lives of its values tell. */
export type Staleness = {
  /** By what it is told: writes of the origin that were reported, or values that differed when they were filled again. */
  by: 'writes' | 'values'
  /** Reads that hit and are judged. */
  reads: number
  /** The part of them that were of an old value, with its 95 % interval. */
  share: number
  low: number
  high: number
  /** Keys that were judged, and how often the value of one changes an hour. */
  keys: number
  changesPerKeyHour: number
  /** Median of the TTLs that were given; null: none. */
  ttlMs: number | null
  /** Lives that ended by their TTL and were filled again: with another value, and with the same. */
  other: number
  same: number
}
export type StalenessUnjudged = { reads: number; because: string }

/** The same of one pattern of a cache's keys, computed from its references every few minutes. */
export type StalenessRecord = {
  kind: 'staleness'
  target: string
  /** The pattern; `*`: keys of which none is told. */
  id: string
  at: number
  /** The time that it is of, ms. */
  spanMs: number
  found: Staleness | StalenessUnjudged
}
