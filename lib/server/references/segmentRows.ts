import type { Access } from '../../model/reference.ts'
import type { Gap } from './gaps.ts'

/**
 * The file of a segment: a header, then rows of equal width, appended. A row that a crash cut short costs itself: what follows a whole number
 * of rows is not read.
 *
 * Header: kind (8 bytes), start (f64, epoch ms), threshold (f64). Row, little-endian: ms after the start (i32), the two halves of the key's
 * hash (u32, u32), kind in three bits and size in 29 (u32), TTL in ms (f32), pattern's line + 1 in the file of patterns (u16), bytes of the key
 * (u16). The first version of the format had kinds of two bits, sizes of 30, and no kind above 3; it is read on, and no longer written.
 */
export const ROW = 24
const KINDS = ['evkrefs1', 'evkrefs2'] as const
/** By version: bits of the size, which the kind stands above. */
const SIZE_BITS = [30, 29] as const
const NEWEST = KINDS.length
const U16_MAX = 65_535
/** A row that counts: what its source let through, and of how many; or how long nothing was told. */
const COUNT = 3
/** Kinds of rows beside get, set, delete (0 to 2) and counts: a write of the origin, a set of the value that was set before, a set of another. */
const [ORIGIN, SAME, OTHER] = [4, 5, 6]
const ORIGIN_OP = 3
/** In the place of `low`. */
const [ESTIMATED, TOLD, GAP] = [0, 1, 2]
const U32_MAX = 2 ** 32 - 1
const COUNTED = 2 ** SIZE_BITS[NEWEST - 1]!

export type SegmentHeader = {
  start: number
  /** Keys whose `high` is below it are in here. */
  threshold: number
  /** Of the format. */
  version: number
}

export function headerBytes({ start, threshold, version }: Omit<SegmentHeader, 'version'> & { version?: number }): Buffer {
  const bytes = Buffer.alloc(ROW)
  bytes.write(KINDS[(version ?? NEWEST) - 1]!, 'latin1')
  bytes.writeDoubleLE(start, 8)
  bytes.writeDoubleLE(threshold, 16)
  return bytes
}

/** Null: this is no segment. */
export function readHeader(bytes: Buffer): SegmentHeader | null {
  if (bytes.length < ROW) return null
  const version = (KINDS as readonly string[]).indexOf(bytes.toString('latin1', 0, KINDS[0].length)) + 1
  if (version === 0) return null
  const header = { start: bytes.readDoubleLE(8), threshold: bytes.readDoubleLE(16), version }
  return Number.isFinite(header.start) && header.threshold > 0 && header.threshold <= 2 ** 32 ? header : null
}

/** Writes one access as a row of the newest version. */
export function putAccess(bytes: Buffer, offset: number, start: number, access: Omit<Access, 'pattern'>, pattern: number): void {
  putRow(bytes, offset, start, { ...access, kind: kindOf(access), pattern })
}

type Put = Pick<Access, 'at' | 'high' | 'low' | 'size' | 'ttlMs' | 'keyBytes'> & { kind: number; pattern: number }
function putRow(bytes: Buffer, offset: number, start: number, row: Put): void {
  bytes.writeInt32LE(Math.round(row.at - start), offset)
  bytes.writeUInt32LE(row.high, offset + 4)
  bytes.writeUInt32LE(row.low, offset + 8)
  bytes.writeUInt32LE(((row.kind << SIZE_BITS[NEWEST - 1]!) | Math.min(row.size, sizeMask(NEWEST))) >>> 0, offset + 12)
  bytes.writeFloatLE(row.ttlMs, offset + 16)
  bytes.writeUInt16LE(row.pattern, offset + 20)
  bytes.writeUInt16LE(Math.min(row.keyBytes, U16_MAX), offset + 22)
}

const sizeMask = (version: number) => 2 ** SIZE_BITS[version - 1]! - 1
const kindOf = ({ op, value }: Pick<Access, 'op' | 'value'>) =>
  op === ORIGIN_OP ? ORIGIN : op !== 1 || value === undefined ? op : value === 'same' ? SAME : OTHER

function accessIn(kind: number): Pick<Access, 'op' | 'value'> {
  if (kind === ORIGIN) return { op: ORIGIN_OP }
  return kind < COUNT ? { op: kind } : { op: 1, value: kind === SAME ? 'same' : 'other' }
}

/** Gets that a source has seen. `told`: counted of all keys; else of those that it let through, of which `high` is the highest hash. */
export type Count = { at: number; gets: number; told: boolean; high: number }

/** Writes a count as a row among the others. */
export function putCount(bytes: Buffer, offset: number, start: number, { at, gets, told, high }: Count): void {
  // More gets than a size can hold: the rest stands where an access has its pattern.
  const [size, pattern] = [gets % COUNTED, Math.min(U16_MAX, Math.floor(gets / COUNTED))]
  putRow(bytes, offset, start, { at, high, low: told ? TOLD : ESTIMATED, kind: COUNT, size, ttlMs: Number.NaN, keyBytes: 0, pattern })
}

/** Writes as a row that the references between two moments are missing. */
export function putGap(bytes: Buffer, offset: number, start: number, { from, to }: Gap): void {
  const high = Math.min(U32_MAX, Math.max(0, Math.round(to - from)))
  putRow(bytes, offset, start, { at: to, high, low: GAP, kind: COUNT, size: 0, ttlMs: Number.NaN, keyBytes: 0, pattern: 0 })
}

export type Row =
  | { access: Omit<Access, 'pattern'>; pattern: number; count?: undefined }
  | { count: Count; access?: undefined }
  | { gap: Gap; count?: undefined; access?: undefined }

/** The rows of a segment, in order; `pattern` is its line + 1, 0 where none was told. */
export function* readRows(bytes: Buffer, { start, version }: SegmentHeader): Generator<Row> {
  const [bits, mask] = [SIZE_BITS[version - 1]!, sizeMask(version)]
  for (let offset = ROW; offset + ROW <= bytes.length; offset += ROW) {
    const word = bytes.readUInt32LE(offset + 12)
    const [kind, size] = [word >>> bits, word & mask]
    const [high, low] = [bytes.readUInt32LE(offset + 4), bytes.readUInt32LE(offset + 8)]
    // Zeros: room that the file system gave, and nothing was written to.
    if (word === 0 && high === 0 && low === 0) continue
    const at = start + bytes.readInt32LE(offset)
    const pattern = bytes.readUInt16LE(offset + 20)
    if (kind === COUNT && low === GAP) yield { gap: { from: at - high, to: at } }
    else if (kind === COUNT) yield { count: { at, gets: size + (version > 1 ? pattern * COUNTED : 0), told: low === TOLD, high } }
    // A kind of a later version.
    else if (kind <= OTHER) {
      const access = {
        at,
        high,
        low,
        ...accessIn(kind),
        size,
        ttlMs: bytes.readFloatLE(offset + 16),
        keyBytes: bytes.readUInt16LE(offset + 22),
      }
      yield { access, pattern }
    }
  }
}

/** The same segment with the keys below a lower threshold only; counts stay. */
export function rowsBelow(bytes: Buffer, header: SegmentHeader): Buffer {
  const kept = Buffer.allocUnsafe(bytes.length)
  headerBytes(header).copy(kept)
  const bits = SIZE_BITS[header.version - 1]!
  let used = ROW
  for (let offset = ROW; offset + ROW <= bytes.length; offset += ROW) {
    const isCount = bytes.readUInt32LE(offset + 12) >>> bits === COUNT
    if (!isCount && bytes.readUInt32LE(offset + 4) >= header.threshold) continue
    bytes.copy(kept, used, offset, offset + ROW)
    used += ROW
  }
  return kept.subarray(0, used)
}

/** The gaps of a segment alone. */
export function gapsIn(bytes: Buffer, header: SegmentHeader): Gap[] {
  const gaps: Gap[] = []
  const bits = SIZE_BITS[header.version - 1]!
  for (let offset = ROW; offset + ROW <= bytes.length; offset += ROW)
    if (bytes.readUInt32LE(offset + 12) >>> bits === COUNT && bytes.readUInt32LE(offset + 8) === GAP) {
      const to = header.start + bytes.readInt32LE(offset)
      gaps.push({ from: to - bytes.readUInt32LE(offset + 4), to })
    }
  return gaps
}
