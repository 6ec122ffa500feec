import type { Access } from '../../model/reference.ts'
import type { Gap } from './gaps.ts'

/**
 * The file of a segment: a header, then rows of equal width, appended. A row that a crash cut short costs itself: what follows a whole number
 * of rows is not read.
 *
 * Header: kind (8 bytes), start (f64, epoch ms), threshold (f64). Row, little-endian: ms after the start (i32), the two halves of the key's
 * hash (u32, u32), op in two bits and size in 30 (u32), TTL in ms (f32), pattern's line + 1 in the file of patterns (u16), bytes of the key (u16).
 */
export const ROW = 24
const KIND = 'evkrefs1'
const SIZE_MAX = 2 ** 30 - 1
const U16_MAX = 65_535
/** A row that counts: what its source let through, and of how many; or how long nothing was told. */
const COUNT = 3
/** In the place of `low`. */
const [ESTIMATED, TOLD, GAP] = [0, 1, 2]
const U32_MAX = 2 ** 32 - 1

export type SegmentHeader = {
  start: number
  /** Keys whose `high` is below it are in here. */
  threshold: number
}

export function headerBytes({ start, threshold }: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(ROW)
  bytes.write(KIND, 'latin1')
  bytes.writeDoubleLE(start, 8)
  bytes.writeDoubleLE(threshold, 16)
  return bytes
}

/** Null: this is no segment. */
export function readHeader(bytes: Buffer): SegmentHeader | null {
  if (bytes.length < ROW || bytes.toString('latin1', 0, KIND.length) !== KIND) return null
  const header = { start: bytes.readDoubleLE(8), threshold: bytes.readDoubleLE(16) }
  return Number.isFinite(header.start) && header.threshold > 0 && header.threshold <= 2 ** 32 ? header : null
}

/** Writes one access as a row. */
export function putAccess(bytes: Buffer, offset: number, start: number, access: Omit<Access, 'pattern'>, pattern: number): void {
  bytes.writeInt32LE(Math.round(access.at - start), offset)
  bytes.writeUInt32LE(access.high, offset + 4)
  bytes.writeUInt32LE(access.low, offset + 8)
  bytes.writeUInt32LE(((access.op << 30) | Math.min(access.size, SIZE_MAX)) >>> 0, offset + 12)
  bytes.writeFloatLE(access.ttlMs, offset + 16)
  bytes.writeUInt16LE(pattern, offset + 20)
  bytes.writeUInt16LE(Math.min(access.keyBytes, U16_MAX), offset + 22)
}

/** Gets that a source has seen. `told`: counted of all keys; else of those that it let through, of which `high` is the highest hash. */
export type Count = { at: number; gets: number; told: boolean; high: number }

/** Writes a count as a row among the others. */
export function putCount(bytes: Buffer, offset: number, start: number, { at, gets, told, high }: Count): void {
  putAccess(bytes, offset, start, { at, high, low: told ? TOLD : ESTIMATED, op: COUNT, size: gets, ttlMs: Number.NaN, keyBytes: 0 }, 0)
}

/** Writes as a row that the references between two moments are missing. */
export function putGap(bytes: Buffer, offset: number, start: number, { from, to }: Gap): void {
  const high = Math.min(U32_MAX, Math.max(0, Math.round(to - from)))
  putAccess(bytes, offset, start, { at: to, high, low: GAP, op: COUNT, size: 0, ttlMs: Number.NaN, keyBytes: 0 }, 0)
}

export type Row =
  | { access: Omit<Access, 'pattern'>; pattern: number; count?: undefined }
  | { count: Count; access?: undefined }
  | { gap: Gap; count?: undefined; access?: undefined }

/** The rows of a segment, in order; `pattern` is its line + 1, 0 where none was told. */
export function* readRows(bytes: Buffer, { start }: SegmentHeader): Generator<Row> {
  for (let offset = ROW; offset + ROW <= bytes.length; offset += ROW) {
    const word = bytes.readUInt32LE(offset + 12)
    const [op, size] = [word >>> 30, word & SIZE_MAX]
    const [high, low] = [bytes.readUInt32LE(offset + 4), bytes.readUInt32LE(offset + 8)]
    // Zeros: room that the file system gave, and nothing was written to.
    if (word === 0 && high === 0 && low === 0) continue
    const at = start + bytes.readInt32LE(offset)
    if (op === COUNT && low === GAP) yield { gap: { from: at - high, to: at } }
    else if (op === COUNT) yield { count: { at, gets: size, told: low === TOLD, high } }
    else {
      const access = { at, high, low, op, size, ttlMs: bytes.readFloatLE(offset + 16), keyBytes: bytes.readUInt16LE(offset + 22) }
      yield { access, pattern: bytes.readUInt16LE(offset + 20) }
    }
  }
}

/** The same segment with the keys below a lower threshold only; counts stay. */
export function rowsBelow(bytes: Buffer, header: SegmentHeader): Buffer {
  const kept = Buffer.allocUnsafe(bytes.length)
  headerBytes(header).copy(kept)
  let used = ROW
  for (let offset = ROW; offset + ROW <= bytes.length; offset += ROW) {
    const isCount = bytes.readUInt32LE(offset + 12) >>> 30 === COUNT
    if (!isCount && bytes.readUInt32LE(offset + 4) >= header.threshold) continue
    bytes.copy(kept, used, offset, offset + ROW)
    used += ROW
  }
  return kept.subarray(0, used)
}

/** The gaps of a segment alone. */
export function gapsIn(bytes: Buffer, header: SegmentHeader): Gap[] {
  const gaps: Gap[] = []
  for (let offset = ROW; offset + ROW <= bytes.length; offset += ROW)
    if (bytes.readUInt32LE(offset + 12) >>> 30 === COUNT && bytes.readUInt32LE(offset + 8) === GAP) {
      const to = header.start + bytes.readInt32LE(offset)
      gaps.push({ from: to - bytes.readUInt32LE(offset + 4), to })
    }
  return gaps
}
