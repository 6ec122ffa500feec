import type { SavingFailure } from '../model/store.ts'

/** Free room below which a full disk is not tried again: a few kilobytes would be full at once. */
export const ROOM_BYTES = 4 * 1024 * 1024

/** Those of a disk. */
export type DiskReason = Exclude<SavingFailure['reason'], 'unreachable' | 'refused'>

/** By SQLite's primary result code. */
const REASONS: Record<number, DiskReason> = {
  3: 'read_only',
  5: 'locked',
  6: 'locked',
  8: 'read_only',
  10: 'broken',
  11: 'damaged',
  13: 'full',
  14: 'broken',
  26: 'damaged',
}
/** Of the extended codes the one whose primary code says less. */
const READONLY_DBMOVED = 1032

const WORDS: Record<DiskReason, { because: string; mend: string }> = {
  full: {
    because: 'the disk of the data folder is full',
    mend: `Free at least ${ROOM_BYTES / 1024 / 1024} MB on it; everything that is held in memory is written then, without a restart.`,
  },
  read_only: {
    because: 'the data folder cannot be written to',
    mend: 'See that its disk is mounted for writing and that Evenkeel owns the files; nothing needs a restart.',
  },
  broken: {
    because: 'the disk of the data folder answers with errors',
    mend: 'See what the system says of the disk; when it answers again, nothing needs a restart.',
  },
  damaged: {
    because: 'the database in the data folder is damaged',
    mend: 'Start Evenkeel anew: what can be read is saved into a new file at the start, and the damaged one is kept.',
  },
  removed: {
    because: 'the database was taken out of the data folder while Evenkeel ran',
    mend: 'End Evenkeel in the ordinary way and start it anew: as it ends it writes all it knows into a new file, unless another one stands there.',
  },
  locked: {
    because: 'another program holds the database in the data folder locked',
    mend: 'End that program, a backup perhaps; nothing needs a restart.',
  },
  other: {
    because: 'the database in the data folder takes no writes',
    mend: 'The log says what SQLite answered.',
  },
}

/** What an error of the database or the file system says about the disk. */
export function reasonOf(error: unknown): DiskReason {
  const { code, errcode } = (error ?? {}) as { code?: string; errcode?: number }
  if (errcode === READONLY_DBMOVED) return 'removed'
  if (errcode !== undefined) return REASONS[errcode & 0xff] ?? 'other'
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return 'full'
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return 'read_only'
  return code === 'EIO' ? 'broken' : 'other'
}

export const failureOf = (reason: DiskReason, since: number): SavingFailure => ({ since, reason, ...WORDS[reason] })

/** What to do about an error of a start. */
export function startAdvice(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  switch (reasonOf(error)) {
    case 'locked':
      return 'another Evenkeel is running on this `data` directory: stop it, or choose another'
    case 'damaged':
      return `is damaged (${text}): restore it from a backup, or move it away to start afresh`
    case 'full':
      return 'the disk is full: free at least 8 MB on it, then start again'
    case 'read_only':
      return `cannot be opened for writing (${text}): check \`data\`, who owns it, and how its disk is mounted`
    case 'broken':
      return `cannot be opened (${text}): check \`data\`, who owns it, and its disk`
    default:
      return text
  }
}
