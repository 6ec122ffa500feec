import { addTo, blocksOf, countOf, giveOpen, newestBlock, openBlock, readOpen, setBefore, skipOf } from './openBlock.ts'
import { BLOCK, blockBefore, giveBlock, pack, sameOf, setBlockBefore, unpack } from './packed.ts'
import { NONE } from './rooms.ts'
import { Common, DOUBLES, INTS, LAST, OPEN, type Sheet, SIZE } from './sheet.ts'

const scratch = new Float64Array(BLOCK)

/**
 * A column of values in as few bytes as they need, without loss: none while all are the same, which more than half of the series of a fleet are; else the
 * newest in an open block that grows, those before them packed block by block, each with the room of the one before it. Its methods are `private`
 * and not `#`: for the latter each object has a mark of eight bytes for each class.
 */
export class Values {
  protected sheet: Sheet
  protected row: number

  constructor(common = new Common()) {
    this.sheet = common.sheet()
    this.row = this.sheet.take()
  }

  get size(): number {
    return this.sheet.ints[this.row * INTS + SIZE]!
  }

  protected of(index: number): number {
    const open = this.open
    if (open === NONE || index === this.size - 1) return this.last
    const { rooms } = this.sheet.common
    const place = index + skipOf(rooms, open)
    const inside = place % BLOCK
    const later = blocksOf(rooms, open) - (place - inside) / BLOCK
    if (later === 0) readOpen(rooms, open, inside, inside + 1, scratch, 0)
    else unpack(rooms, this.block(open, later), inside, inside + 1, scratch, 0)
    return scratch[0]!
  }

  /** The newest; what all of them are while there is no column. */
  protected get last(): number {
    return this.sheet.doubles[this.row * DOUBLES + LAST]!
  }

  protected push(value: number): void {
    const { doubles, ints, common } = this.sheet
    const last = this.row * DOUBLES + LAST
    const at = this.row * INTS
    // Of 0 and −0 neither is the other where they come back: the caller gives no −0.
    if (ints[at + OPEN] !== NONE) ints[at + OPEN] = addTo(common.rooms, ints[at + OPEN]!, value, doubles[last]!)
    else if (ints[at + SIZE]! > 0 && value !== doubles[last]) ints[at + OPEN] = this.begin(value)
    doubles[last] = value
    ints[at + SIZE]!++
  }

  /** Drops the first of them. A column that holds still again is given up. */
  protected drop(count: number): void {
    this.sheet.ints[this.row * INTS + SIZE]! -= count
    const { open } = this
    if (open === NONE || count === 0) return
    const { rooms } = this.sheet.common
    const skip = skipOf(rooms, open) + count
    const blocks = blocksOf(rooms, open)
    const dropped = Math.min(blocks, Math.floor(skip / BLOCK))
    let newest = newestBlock(rooms, open)
    if (dropped === blocks) {
      this.giveFrom(newest)
      newest = NONE
    } else if (dropped > 0) {
      const oldest = this.block(open, blocks - dropped)
      this.giveFrom(blockBefore(rooms, oldest))
      setBlockBefore(rooms, oldest, NONE)
    }
    setBefore(rooms, open, newest, blocks - dropped, skip - dropped * BLOCK)
    if (this.size === 0 || this.isStill()) this.clear()
  }

  /** What lies from `from` on goes to `to`, before it, in the place of what is there. */
  protected moveBack(to: number, from: number): void {
    const all = [...this.between(0, to), ...this.between(from, this.size)]
    this.empty()
    for (const value of all) this.push(value)
  }

  /** A copy of those from one index to before another. */
  protected between(first: number, end: number): Float64Array {
    const out = new Float64Array(end - first)
    this.copyTo(out, first, end)
    return out
  }

  /** Copies those from one index to before another into a column, from its start. */
  protected copyTo(into: Float64Array, first: number, end: number): void {
    const open = this.open
    if (open === NONE) {
      into.fill(this.last, 0, end - first)
      return
    }
    const { rooms } = this.sheet.common
    const skip = skipOf(rooms, open)
    let from = blocksOf(rooms, open) * BLOCK - skip
    if (end > from) readOpen(rooms, open, Math.max(0, first - from), end - from, into, Math.max(0, from - first))
    // From the newest one back.
    for (let block = newestBlock(rooms, open); from > first; block = blockBefore(rooms, block)) {
      from -= BLOCK
      if (from < end) unpack(rooms, block, Math.max(0, first - from), Math.min(BLOCK, end - from), into, Math.max(0, from - first))
    }
  }

  /** Drops all of them. */
  protected empty(): void {
    this.sheet.ints[this.row * INTS + SIZE] = 0
    this.clear()
  }

  /** No longer in the store's memory. */
  get gone(): boolean {
    return this.sheet.common.gone
  }

  /** Gives its memory and its row back: it holds nothing from now on, whoever has it still. */
  protected vacate(): void {
    this.empty()
    const { sheet, row } = this
    this.sheet = new Common(true).sheet()
    this.row = this.sheet.take()
    this.sheet.doubles.set(sheet.doubles.subarray(row * DOUBLES, (row + 1) * DOUBLES))
    this.sheet.ints.set(sheet.ints.subarray(row * INTS, (row + 1) * INTS))
    for (const some of [sheet.common.moved, sheet.common.late, sheet.common.unread]) some.delete(this)
    sheet.common.release(sheet, row)
  }

  private get open(): number {
    return this.sheet.ints[this.row * INTS + OPEN]!
  }

  /** The room of a packed block: 1 is the newest. */
  private block(open: number, number: number): number {
    const { rooms } = this.sheet.common
    let block = newestBlock(rooms, open)
    for (let i = 1; i < number; i++) block = blockBefore(rooms, block)
    return block
  }

  /** A column where there was none. Of many that were the same the older ones are packed. */
  private begin(value: number): number {
    const { rooms } = this.sheet.common
    const open = new Float64Array(BLOCK).fill(this.last)
    const [all, blocks] = [this.size, Math.floor(this.size / BLOCK)]
    let newest = NONE
    for (let i = 0; i < blocks; i++) newest = pack(rooms, open, newest)
    open[all % BLOCK] = value
    return openBlock(rooms, open.subarray(0, (all % BLOCK) + 1), { newest, blocks, skip: 0 })
  }

  /** Whether all of them are the same. */
  private isStill(): boolean {
    const { rooms } = this.sheet.common
    const [open, same] = [this.open, this.last]
    if (this.of(0) !== same) return false
    const count = countOf(rooms, open)
    readOpen(rooms, open, 0, count, scratch, 0)
    for (let i = blocksOf(rooms, open) === 0 ? skipOf(rooms, open) : 0; i < count; i++) if (scratch[i] !== same) return false
    for (let block = newestBlock(rooms, open); block !== NONE; block = blockBefore(rooms, block))
      if (sameOf(rooms, block) !== same) return false
    return true
  }

  private clear(): void {
    const open = this.open
    if (open === NONE) return
    const { rooms } = this.sheet.common
    this.giveFrom(newestBlock(rooms, open))
    giveOpen(rooms, open)
    this.sheet.ints[this.row * INTS + OPEN] = NONE
  }

  /** Gives back the rooms of a block and of those before it. */
  private giveFrom(newest: number): void {
    const { rooms } = this.sheet.common
    for (let block = newest; block !== NONE; ) {
      const before = blockBefore(rooms, block)
      giveBlock(rooms, block)
      block = before
    }
  }
}
