import {
  closeSync,
  constants,
  fchmodSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { crc32 } from 'node:zlib'

/** One row that its table does not hold yet. `json` is null where it was deleted. */
export type Spare = { table: string; id: string; json: string | null }

/** The table of what is the reserve's own: flags, and a copy of the database's first page. */
const OWN = 'reserve'
/** The table whose rows give way to others. */
const YIELDING = 'memory'
/** Of each half: about thirty times the longest journal of a change. */
const HALF = 1024 * 1024
/** A record's length, its checksum, and the half's number. */
const HEAD = 12
/** Beyond the halves: given away when a start on a full disk needs a little, for SQLite's index of its log. */
const TAIL = 512 * 1024
const BLOCK = Buffer.alloc(64 * 1024)

/**
 * A preallocated write-ahead log in two halves: rows that the database has no room for are written in place, over blocks that the file owns
 * since the disk had room. So the journal of a roll-back needs no new disk, and no other program can take what is kept for it.
 */
export class Reserve {
  readonly #fd: number
  readonly #rows = new Map<string, Spare>()
  /** Counts the halves that were begun; the half with the higher number is the one that counts. */
  #number = 0
  #end = 0
  /** Something else stood in the file: what it held is gone. */
  readonly unreadable: boolean

  /** Opens or makes it. Throws what the file system says. */
  constructor(path: string) {
    this.#fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600)
    try {
      fchmodSync(this.#fd, 0o600)
      const { size } = fstatSync(this.#fd)
      this.#allocate(2 * HALF)
      this.renew()
      const halves = [0, 1].map((half) => this.#readHalf(half)).sort((a, b) => b.number - a.number)
      const newest = halves[0]!
      this.unreadable = size > 0 && newest.number === 0 && halves.some(({ written }) => written)
      this.#number = newest.number
      this.#end = newest.end
      for (const row of newest.rows) this.#rows.set(keyOf(row), row)
    } catch (error) {
      closeSync(this.#fd)
      throw error
    }
  }

  /** The newest state of each row in it, in the order in which they were first put. */
  rows(): Spare[] {
    return [...this.#rows.values()].filter(({ table }) => table !== OWN)
  }

  /** True when the row is on the disk. False when there is no room left, or the file cannot be written. */
  put(row: Spare): boolean {
    const before = this.#rows.get(keyOf(row))
    this.#rows.set(keyOf(row), row)
    try {
      const record = recordOf(row, this.#number)
      if (this.#number === 0 || this.#end + record.length > HALF) {
        if (this.#beginHalf() || (row.table !== YIELDING && this.#yielded() && this.#beginHalf())) return true
      } else {
        this.#write(record, this.#end)
        this.#end += record.length
        fdatasyncSync(this.#fd)
        return true
      }
    } catch {
      // The caller learns it from the answer.
    }
    if (before) this.#rows.set(keyOf(row), before)
    else this.#rows.delete(keyOf(row))
    return false
  }

  /** A small thing of the reserve's own, which no `clear` takes; null takes it away. */
  set(id: string, value: string | null): void {
    if (this.get(id) === value) return
    if (value !== null) this.put({ table: OWN, id, json: value })
    else if (this.#rows.delete(keyOf({ table: OWN, id })) && !this.#begun()) this.put({ table: OWN, id, json: null })
  }

  get(id: string): string | null {
    return this.#rows.get(keyOf({ table: OWN, id }))?.json ?? null
  }

  has(id: string): boolean {
    return this.get(id) !== null
  }

  /** Everything in it stands in the database. */
  clear(): void {
    const rows = this.rows()
    if (rows.length === 0) return
    for (const row of rows) this.#rows.delete(keyOf(row))
    this.#begun()
  }

  /** Takes back what a start was given, when the disk has it. */
  renew(): void {
    try {
      this.#allocate(2 * HALF + TAIL)
    } catch {
      // Not now.
    }
  }

  close(): void {
    closeSync(this.#fd)
  }

  /** A change goes before everything small: of many sessions none is worth a roll-back that nobody remembers. */
  #yielded(): boolean {
    const yielding = [...this.#rows].filter(([, { table }]) => table === YIELDING)
    for (const [key] of yielding) this.#rows.delete(key)
    return yielding.length > 0
  }

  /** False when the file cannot be written. */
  #begun(): boolean {
    try {
      return this.#beginHalf()
    } catch {
      return false
    }
  }

  /** What counts goes to the other half; its first record is written last, and makes it the one that counts. */
  #beginHalf(): boolean {
    const number = this.#number + 1
    const first = recordOf(null, number)
    const records = [...this.#rows.values()].map((row) => recordOf(row, number))
    const end = records.reduce((sum, record) => sum + record.length, first.length)
    if (end > HALF) return false
    const before = [this.#number, this.#end] as const
    try {
      this.#number = number
      this.#write(Buffer.concat(records), first.length)
      fdatasyncSync(this.#fd)
      this.#write(first, 0)
      fdatasyncSync(this.#fd)
      this.#end = end
      return true
    } catch (error) {
      ;[this.#number, this.#end] = before
      throw error
    }
  }

  #write(bytes: Buffer, at: number): void {
    const start = (this.#number % 2) * HALF + at
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done, bytes.length - done, start + done)
  }

  #readHalf(half: number): { number: number; end: number; rows: Spare[]; written: boolean } {
    const bytes = Buffer.alloc(HALF)
    readSync(this.#fd, bytes, 0, HALF, half * HALF)
    const first = recordAt(bytes, 0)
    if (first?.row !== null || first.number % 2 !== half) return { number: 0, end: 0, rows: [], written: bytes.some((byte) => byte !== 0) }
    const rows: Spare[] = []
    let end = first.end
    for (let record = recordAt(bytes, end); record?.row && record.number === first.number; record = recordAt(bytes, end)) {
      rows.push(record.row)
      end = record.end
    }
    return { number: first.number, end, rows, written: true }
  }

  /** Zeros that are written, not a hole: only those own blocks. */
  #allocate(to: number): void {
    let { size } = fstatSync(this.#fd)
    if (size >= to) return
    while (size < to) size += writeSync(this.#fd, BLOCK, 0, Math.min(BLOCK.length, to - size), size)
    fsyncSync(this.#fd)
  }
}

/** Gives the end of a reserve back to the disk. False when there is none. */
export function giveRoom(path: string): boolean {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= 2 * HALF) return false
  truncateSync(path, 2 * HALF)
  return true
}

const keyOf = ({ table, id }: Pick<Spare, 'table' | 'id'>) => JSON.stringify([table, id])

/** `null` begins a half. */
function recordOf(row: Spare | null, number: number): Buffer {
  const body = Buffer.from(row ? JSON.stringify([row.table, row.id, row.json]) : 'evenkeel')
  const record = Buffer.alloc(HEAD + body.length)
  record.writeUInt32LE(body.length, 0)
  record.writeUInt32LE(number, 8)
  body.copy(record, HEAD)
  record.writeUInt32LE(crc32(record.subarray(8)), 4)
  return record
}

function recordAt(bytes: Buffer, at: number): { number: number; end: number; row: Spare | null } | null {
  if (at + HEAD > bytes.length) return null
  const end = at + HEAD + bytes.readUInt32LE(at)
  if (end === at + HEAD || end > bytes.length || crc32(bytes.subarray(at + 8, end)) !== bytes.readUInt32LE(at + 4)) return null
  const number = bytes.readUInt32LE(at + 8)
  const body = bytes.toString('utf8', at + HEAD, end)
  if (body === 'evenkeel') return { number, end, row: null }
  const [table, id, json] = JSON.parse(body) as [string, string, string | null]
  return { number, end, row: { table, id, json } }
}
