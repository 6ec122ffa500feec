import { DOUBLES, DUE_AT, FLUSHED_TO, HELD_FROM, INTS, ROW_EPOCH, ROW_SCALE, ROW_WHOLE, UNSAVED_FROM } from './sheet.ts'
import { Values } from './values.ts'

/** How a series stands on the disk: columns of its row. */
export abstract class OnDisk extends Values {
  /** Samples up to here lie in chunks; later ones only here and in the recovery rows. */
  get flushedTo(): number {
    return this.sheet.doubles[this.row * DOUBLES + FLUSHED_TO]!
  }
  set flushedTo(at: number) {
    this.sheet.doubles[this.row * DOUBLES + FLUSHED_TO] = at
  }

  /** Samples up to here were moved along with the clock: what the disk holds of their time already stands. */
  get movedTo(): number {
    return this.sheet.common.moved.get(this) ?? Number.NEGATIVE_INFINITY
  }
  set movedTo(at: number) {
    this.sheet.common.moved.set(this, at)
  }

  /** From here on nothing is missing in memory. */
  get heldFrom(): number {
    return this.sheet.doubles[this.row * DOUBLES + HELD_FROM]!
  }
  set heldFrom(at: number) {
    this.sheet.doubles[this.row * DOUBLES + HELD_FROM] = at
  }

  /** When its next chunk is to be written. */
  get dueAt(): number {
    return this.sheet.doubles[this.row * DOUBLES + DUE_AT]!
  }
  set dueAt(at: number) {
    this.sheet.doubles[this.row * DOUBLES + DUE_AT] = at
  }

  /** The number of its first sample that no recovery row holds; −1: none is waiting. */
  get unsavedFrom(): number {
    return this.sheet.ints[this.row * INTS + UNSAVED_FROM]!
  }
  set unsavedFrom(number: number) {
    this.sheet.ints[this.row * INTS + UNSAVED_FROM] = number
  }

  /** How it stands in the newest of these rows: its epoch, and its last value as a whole number with so many decimals. */
  get rowEpoch(): number {
    return this.sheet.ints[this.row * INTS + ROW_EPOCH]!
  }
  set rowEpoch(epoch: number) {
    this.sheet.ints[this.row * INTS + ROW_EPOCH] = epoch
  }
  get rowScale(): number {
    return this.sheet.ints[this.row * INTS + ROW_SCALE]!
  }
  set rowScale(scale: number) {
    this.sheet.ints[this.row * INTS + ROW_SCALE] = scale
  }
  get rowWhole(): number {
    return this.sheet.doubles[this.row * DOUBLES + ROW_WHOLE]!
  }
  set rowWhole(whole: number) {
    this.sheet.doubles[this.row * DOUBLES + ROW_WHOLE] = whole
  }
}
