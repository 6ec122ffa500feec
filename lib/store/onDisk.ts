/** How a series stands on the disk. */
export abstract class OnDisk {
  /** Samples up to here lie in chunks; later ones only here and in the recovery rows. */
  flushedTo = Number.NEGATIVE_INFINITY
  /** Samples up to here were moved along with the clock: what the disk holds of their time already stands. */
  movedTo = Number.NEGATIVE_INFINITY
  /** From here on nothing is missing in memory. */
  heldFrom = Number.NEGATIVE_INFINITY
  /** Samples before are dropped when room is needed, though no chunk has them: the disk has failed for too long. */
  givenUpTo = Number.NEGATIVE_INFINITY
  /** When its next chunk is to be written. */
  dueAt = 0
  /** The number of its first sample that no recovery row holds; −1: none is waiting. */
  unsavedFrom = -1
  /** How it stands in the newest of these rows. */
  row: { epoch: number; scale: number; whole: number } | null = null
}
