import { patternOf } from '../../model/patterns.ts'
import { hash64 } from '../../rings/hashes/hash64.ts'
import { Columns } from './columns.ts'
import { DistinctCount } from './distinct.ts'
import { KeyTable } from './keyTable.ts'
import type { Line } from './line.ts'
import { PatternNames } from './patternNames.ts'
import type { StoredTrace } from './storedTrace.ts'

const ALL = 2 ** 32
const decoder = new TextDecoder()
export type CollectorLimits = { references: number; keys: number; keysMin: number }
/** At most about 230 MB while a trace is read. A sample with fewer keys than `keysMin` would say nothing. */
const LIMITS: CollectorLimits = { references: 6_000_000, keys: 1_000_000, keysMin: 8_192 }

/**
 * What is kept of a trace: all references while they are few, else those of a sample of the keys, chosen by hash (Waldspurger et al., SHARDS,
 * FAST 2015, section 3.2: the threshold is halved whenever too much is held). What is counted (requests, keys) is counted of all.
 */
export class Collector {
  readonly #limits: CollectorLimits
  readonly #folder: string
  readonly #keys = new KeyTable()
  readonly #columns = new Columns()
  readonly #patterns = new PatternNames()
  /** By key: its pattern's place + 1. */
  #patternOf = new Uint16Array(1 << 12)
  #dropped: DistinctCount | null = null
  #threshold = ALL
  #requests = 0
  #gets = 0
  #from = Number.NaN
  #to = Number.NaN
  #bytes = 0
  #sized = 0
  #withText = true
  #cutAt: number | null = null

  constructor(folder: string, limits: CollectorLimits = LIMITS) {
    this.#folder = folder
    this.#limits = limits
  }

  take({ key, isText, at, op, size, ttlMs }: Line): void {
    this.#requests++
    if (op === 0) this.#gets++
    if (!Number.isNaN(at)) {
      if (Number.isNaN(this.#from)) this.#from = at
      this.#to = at
    }
    if (size !== null) {
      this.#bytes += size
      this.#sized++
    }
    if (!isText) this.#withText = false
    const { high, low } = hash64(key)
    // The half that samples is not the one that `References.hash` holds: what is sampled again must not be the same keys.
    const isKept = high < this.#threshold
    const before = this.#keys.size
    const index = isKept ? this.#keys.indexOf(high, low, isText ? key.length : 0, this.#keys.size < this.#limits.keys) : -1
    if (index < 0) this.#spilled().add(high, low)
    if (this.#keys.size > before && isText) this.#putPattern(index, key)
    if (index < 0 || this.#cutAt !== null) return
    // Without times a trace is replayed at 1,000 requests a second.
    this.#columns.push(Number.isNaN(at) ? this.#requests - 1 : at, index, op, size ?? 0, ttlMs)
    if (this.#columns.length >= this.#limits.references || this.#keys.size === this.#limits.keys) this.#halve()
  }

  /** What was kept, with what was counted. */
  end(): StoredTrace {
    const { length } = this.#columns
    const keys = this.#keys.size + (this.#dropped?.count() ?? 0)
    const patternOf = new Uint16Array(this.#keys.size)
    patternOf.set(this.#patternOf.subarray(0, this.#keys.size))
    const told = <T extends Float64Array | Uint32Array | Uint8Array>(column: T) => column.slice(0, length) as T
    return {
      requests: this.#requests,
      keys,
      from: Number.isNaN(this.#from) ? null : this.#from,
      to: Number.isNaN(this.#to) ? null : this.#to,
      valueBytesMean: this.#sized > 0 ? this.#bytes / this.#sized : null,
      cutAfter: this.#cutAt,
      references: {
        at: told(this.#columns.at),
        key: told(this.#columns.key),
        op: told(this.#columns.op),
        size: told(this.#columns.size),
        ttlMs: told(this.#columns.ttlMs),
        keys: this.#keys.size,
        hash: this.#keys.low.slice(0, this.#keys.size),
        keyBytes: this.#withText ? this.#keys.bytes.slice(0, this.#keys.size) : null,
        samplingRate: this.#threshold / ALL,
        requests: this.#gets,
        patterns: this.#patterns.names,
        patternOf,
      },
    }
  }

  close(): void {
    this.#dropped?.close()
  }

  #putPattern(index: number, key: Uint8Array): void {
    if (index >= this.#patternOf.length) {
      const wider = new Uint16Array(this.#keys.high.length)
      wider.set(this.#patternOf)
      this.#patternOf = wider
    }
    this.#patternOf[index] = this.#patterns.placeOf(patternOf(decoder.decode(key)))
  }

  /** Hashes of the keys that are not kept, to be counted at the end. */
  #spilled(): DistinctCount {
    this.#dropped ??= new DistinctCount(this.#folder)
    return this.#dropped
  }

  #halve(): void {
    // A few keys with very many references: no sample of the keys makes that smaller, so that its beginning is kept.
    if (this.#keys.size < 2 * this.#limits.keysMin) {
      this.#cutAt = this.#requests
      return
    }
    this.#threshold /= 2
    const { high, low } = this.#keys
    for (let i = 0; i < this.#keys.size; i++) if (high[i]! >= this.#threshold) this.#spilled().add(high[i]!, low[i]!)
    const becomes = this.#keys.keep((index) => high[index]! < this.#threshold)
    this.#columns.keep(becomes)
    const patternOf = this.#patternOf
    this.#patternOf = new Uint16Array(patternOf.length)
    becomes.forEach((after, index) => {
      if (after > 0) this.#patternOf[after - 1] = patternOf[index]!
    })
  }
}
