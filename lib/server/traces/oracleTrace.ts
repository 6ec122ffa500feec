import { badLine, type Line, Order, type TraceReader } from './line.ts'

const RECORD = 24

/**
 * libCacheSim's oracleGeneral (traceReader/customizedReader/oracle/oracleGeneralBin.h): records of 24 bytes, little-endian, u32 time in
 * seconds, u64 id, u32 size, i64 the place of the next access, negative where there is none.
 */
export class OracleTrace implements TraceReader {
  readonly #take: (line: Line) => void
  readonly #order = new Order()
  #rest = new Uint8Array()
  #record = 0

  constructor(take: (line: Line) => void) {
    this.#take = take
  }

  push(chunk: Uint8Array): void {
    const bytes = this.#rest.length === 0 ? chunk : joined(this.#rest, chunk)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let at = 0
    for (; at + RECORD <= bytes.length; at += RECORD) this.#read(bytes, view, at)
    this.#rest = bytes.slice(at)
  }

  end(): void {
    if (this.#rest.length > 0)
      throw badLine(this.#record + 1, `a record has ${RECORD} bytes, found ${this.#rest.length} at the end of the file.`)
  }

  #read(bytes: Uint8Array, view: DataView, at: number): void {
    this.#record++
    const size = view.getUint32(at + 12, true)
    const next = view.getBigInt64(at + 16, true)
    if (next < -1n) throw badLine(this.#record, `the next access is ${next}; expected a place in the file, or -1.`)
    if (next >= 0n && next < BigInt(this.#record) - 1n) throw badLine(this.#record, `the next access, ${next}, stands before this one.`)
    this.#take({
      key: bytes.slice(at + 4, at + 12),
      isText: false,
      at: this.#order.check(view.getUint32(at, true) * 1000, this.#record),
      op: 0,
      size: size === 0 ? null : size,
      ttlMs: Number.NaN,
    })
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  return all
}
