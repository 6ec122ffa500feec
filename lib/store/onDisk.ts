/** How a series stands on the disk. */
export abstract class OnDisk {
  /** Samples up to here lie in chunks; later ones only here and in the recovery rows. */
  flushedTo = Number.NEGATIVE_INFINITY
  // A number with a fraction, or this large, is a box of its own in each object that ever held one there: of most series none of these is ever set.
  #movedTo: number | null = null
  #heldFrom: number | null = null
  #givenUpTo: number | null = null
  /** When its next chunk is to be written. */
  dueAt = 0
  /** The number of its first sample that no recovery row holds; −1: none is waiting. */
  unsavedFrom = -1
  /** How it stands in the newest of these rows: its epoch, and its last value as a whole number with so many decimals. */
  rowEpoch = -1
  rowScale = 0
  rowWhole = 0

  /** Samples up to here were moved along with the clock: what the disk holds of their time already stands. */
  get movedTo(): number {
    return this.#movedTo ?? Number.NEGATIVE_INFINITY
  }
  set movedTo(at: number) {
    this.#movedTo = at
  }

  /** From here on nothing is missing in memory. */
  get heldFrom(): number {
    return this.#heldFrom ?? Number.NEGATIVE_INFINITY
  }
  set heldFrom(at: number) {
    this.#heldFrom = at
  }

  /** Samples before are dropped when room is needed, though no chunk has them: the disk has failed for too long. */
  get givenUpTo(): number {
    return this.#givenUpTo ?? Number.NEGATIVE_INFINITY
  }
  set givenUpTo(at: number) {
    this.#givenUpTo = Number.isFinite(at) ? at : null
  }
}
