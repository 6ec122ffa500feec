import { type ArchiveStatements, RAW } from './archiveStatements.ts'
import { decodeColumns, encodeColumns } from './codec.ts'
import type { OnDamaged } from './damagedRows.ts'

export type Columns = { at: Float64Array; value: Float64Array }

/** Chunks that were unpacked lately. */
const UNPACKED_MOST = 2_048

/** The chunks of samples on the disk, with a cache of those that were unpacked last. */
export class Chunks {
  readonly #statements: ArchiveStatements
  readonly #onDamaged: OnDamaged
  readonly #unpacked = new Map<number, Columns>()

  constructor(statements: ArchiveStatements, onDamaged: OnDamaged) {
    this.#statements = statements
    this.#onDamaged = onDamaged
  }

  write(id: number, { at, value }: Columns): void {
    this.#statements.write.run(id, RAW, Math.floor(at[0]!), encodeColumns([at, value]))
  }

  /** Every sample of [from, to], chunk by chunk in the order of time, the one before `from` among them when it is near. */
  *samples(id: number, from: number, to: number): Generator<Columns> {
    for (const row of this.#statements.read.all({ id, level: RAW, from: Math.floor(from), to: Math.ceil(to) })) {
      const number = Number(row.rowid)
      let columns = this.#unpacked.get(number)
      if (columns) this.#unpacked.delete(number)
      else {
        const unpacked = unpackedOf(row, (data) => decodeColumns(data, 2), this.#onDamaged)
        if (!unpacked) continue
        const [at, value] = unpacked
        columns = { at: at!, value: value! }
        if (this.#unpacked.size >= UNPACKED_MOST) this.#unpacked.delete(this.#unpacked.keys().next().value!)
      }
      this.#unpacked.set(number, columns)
      yield columns
    }
  }

  /** The last sample up to that moment. */
  lastBefore(id: number, moment: number): number {
    let last = Number.NEGATIVE_INFINITY
    for (const { at } of this.samples(id, moment, moment)) last = at.findLast((one) => one <= moment) ?? last
    return last
  }

  /** Takes the samples of [first, last] out of the chunks that hold some. */
  cutOut(id: number, first: number, last: number): void {
    for (const row of this.#statements.read.all({ id, level: RAW, from: Math.floor(first), to: Math.ceil(last) })) {
      const [at, value] = decodeColumns(row.data as Uint8Array, 2) as [Float64Array, Float64Array]
      const start = at.findIndex((one) => one >= first)
      const before = start < 0 ? at.length : start
      const after = at.findLastIndex((one) => one <= last) + 1
      if (before === at.length || after === 0) continue
      this.#unpacked.delete(Number(row.rowid))
      this.#statements.erase.run(Number(row.rowid))
      if (before > 0) this.write(id, { at: at.subarray(0, before), value: value.subarray(0, before) })
      if (after < at.length) this.write(id, { at: at.subarray(after), value: value.subarray(after) })
    }
  }

  clear(): void {
    this.#unpacked.clear()
  }
}

/** A row's unpacked data; null where it is damaged: a gap. */
export function unpackedOf<T>(row: Record<string, unknown>, unpack: (data: Uint8Array) => T, onDamaged: OnDamaged): T | null {
  try {
    return unpack(row.data as Uint8Array)
  } catch {
    onDamaged('chunk', String(row.rowid))
    return null
  }
}
