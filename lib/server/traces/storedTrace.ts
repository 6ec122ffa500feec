import type { References } from '../../curves/references.ts'

/** References, with the pattern that each key belongs to. */
export type PatternedReferences = References & {
  /** Empty: none is told of any key. */
  patterns: string[]
  /** By key: its pattern's place in there + 1; 0: not told. */
  patternOf: Uint16Array
}

/** A trace as it was read: what was counted of all of it, and the references that are kept. */
export type StoredTrace = {
  /** References of any kind, and distinct keys: exact. */
  requests: number
  keys: number
  /** Milliseconds, as the trace counts them; null: it tells no times. */
  from: number | null
  to: number | null
  valueBytesMean: number | null
  /** Only the first so many references are kept; null: all of those keys. */
  cutAfter: number | null
  references: PatternedReferences
}
