import type { Annotation } from './annotation.ts'
import type { SeriesView } from './answers/series.ts'
import type { AuditDraft, AuditEntry, AuditHead, AuditKind } from './audit.ts'
import type { Change } from './change.ts'
import type { ClockStep } from './clock.ts'
import type { Finding } from './finding.ts'
import type { Job } from './job.ts'
import type { LoadResults } from './loadResult.ts'
import type { Delivery, Silence } from './notice.ts'
import type { Edit } from './product.ts'
import type { Proposal } from './proposal.ts'
import type { NewRecord, RecordKind, RecordOf } from './record.ts'
import type { Labels, Reading } from './series.ts'
import type { SeriesWindow } from './window.ts'

/** Documents of one noun, by id. */
export interface Table<T extends { id: string }> {
  get(id: string): T | null
  /**
   * Held at once. Changes and jobs are on the disk when it returns; of other nouns a power cut, though no crash of the process, may take the
   * newest. While the disk fails it is held in memory and written as soon as that can be.
   */
  put(document: T): void
  /** A write that must be durable: throws `unavailable`, and keeps nothing, unless the document is on the disk. */
  insist(document: T): void
  delete(id: string): boolean
  /** Newest first. The documents are frozen: a copy of each would make a list of thousands hold up the only thread. */
  list(filter?: (document: T) => boolean): Readonly<T>[]
}

/** The undo log of a job's writes, in batches. */
export interface UndoLog {
  /** Durable when it resolves, else it rejects with `unavailable`. `until`: epoch ms from which on it is of no use and may be forgotten. */
  append(change: string, until: number, edits: readonly Edit[]): Promise<void>
  /** The newest batch of a change that was not dropped, or null. `lost`: so many items of it cannot be read, because the row is damaged. */
  newest(change: string): Promise<{ batch: number; edits: Edit[]; lost: number } | null>
  drop(batch: number): Promise<void>
  /** Items in the batches of a change. */
  count(change: string): Promise<number>
}

export type AuditQuery = {
  /** Entries before this number; the newest when absent. */
  before?: number
  limit: number
  what?: AuditKind
  by?: string
  from?: string
  /** Epoch ms, both inclusive. */
  since?: number
  until?: number
}

/** The audit log: who did what, from where and when. It is append-only, each entry chained to the one before by its hash. */
export interface AuditLog {
  /** Durable when it returns, or held in memory until the disk takes it again. Never throws: what is done is done, recorded or not. */
  append(draft: AuditDraft): void
  /** Tries once more to write what is held. */
  retry(at: number): void
  /** Entries that are not on the disk, and why the newest try failed. */
  unsaved(): { entries: number; because: string | null }
  head(): AuditHead
  /** Newest first. `next` is the `before` of the next look, which may find more though this one found less than `limit`. */
  list(query: AuditQuery): Promise<{ items: AuditEntry[]; next: number | null }>
  /** Oldest first, from the entry after `after` on. */
  since(after: number, limit: number): Promise<AuditEntry[]>
  /** Called with each entry once it is on the disk. */
  onWritten(listener: (entry: AuditEntry) => void): void
}

/** Why nothing reaches the disk or the database, as it is shown, without a path of the machine, an address or a user. */
export type SavingFailure = {
  /** Epoch ms. */
  since: number
  reason: 'full' | 'read_only' | 'broken' | 'damaged' | 'removed' | 'locked' | 'unreachable' | 'refused' | 'other'
  /** The cause, as the second half of a sentence: "the disk of the data folder is full". */
  because: string
  /** The mend, as a sentence. */
  mend: string
}

/** The documents that replicas share, by noun; `memory` is the small things by key. */
export type Nouns = {
  finding: Finding
  proposal: Proposal
  change: Change
  job: Job
  delivery: Delivery
  silence: Silence
  annotation: Annotation
  'load-result': LoadResults
  memory: unknown
}
/** A document that another replica has written, or null where it has deleted it. */
export type SharedDocument = { [Noun in keyof Nouns]: { noun: Noun; id: string; document: Nouns[Noun] | null } }[keyof Nouns]

/** Unique locks by name, each held by one change: of two that begin at the same moment on different replicas one gets them. */
export interface Claims {
  /**
   * Takes all of the keys for a holder, or none of them: null, or who holds one. What the holder has already is taken again. Throws `unavailable`
   * when nobody can tell.
   */
  take(keys: readonly string[], holder: string): Promise<string | null>
  /** Gives back all that it holds. Never rejects: what could not be given back now is found to be over by whoever asks next. */
  release(holder: string): Promise<void>
}

/** Small things that survive a restart, as JSON: cursors, consents, back-offs, tokens' hashes. */
export interface Memory {
  get<T>(key: string): T | null
  put(key: string, value: unknown): void
  delete(key: string): void
  keys(prefix: string): string[]
}

export type SeriesQuery = { metric: string; labels: Labels; from: number; to: number; stepMs?: number; rate?: boolean }

/** A series of a query that is not computed yet. */
export type Drawing = { labels: Labels; draw(): SeriesView }

/** The store of samples and documents. Synchronous: the newest window is in memory, the rest in one SQLite file. */
export interface Store {
  /** Adds one poll's readings at `at`. `target` becomes a label unless a reading has its own. */
  append(target: string, at: number, readings: readonly Reading[], stepMs: number, lateMs?: number): void
  /** The newest history, in memory (at least `windowMs` back). */
  window(from: number, to: number): SeriesWindow
  /** Any range, from memory, chunks or rollups; an empty bucket's value is null. Counters with `rate` are per second, reset-aware. */
  query(query: SeriesQuery): SeriesView[]
  /** The same series, each computed when it is asked for: a day of one takes milliseconds, so that whoever draws many can pause in between. */
  drawings(query: SeriesQuery): Drawing[]
  /** Metric names and their labels that have a sample since `from`. */
  catalog(from: number): { metric: string; labels: Labels[] }[]
  newestAt(): number | null
  /** The last tick of the run that had this file before; null when there was none, or it kept no such note. */
  lastRunAt(): number | null
  /** The clock was set: samples of a time that has not come yet move along, and for an hour nothing is dropped for its age. */
  stepClock(step: ClockStep): void
  /** Targets of which series were left out of late because they are too many or new ones come too fast: how many of the newest answer, and why. */
  refusedSeries(): Map<string, { series: number; because: string }>
  putRecords(target: string, records: readonly NewRecord[]): void
  records<K extends RecordKind>(kind: K, target?: string): RecordOf<K>[]
  findings: Table<Finding>
  proposals: Table<Proposal>
  changes: Table<Change>
  jobs: Table<Job>
  undo: UndoLog
  deliveries: Table<Delivery>
  silences: Table<Silence>
  annotations: Table<Annotation>
  loadResults: Table<LoadResults>
  audit: AuditLog
  memory: Memory
  /** What is of this process's data folder alone, where replicas share `memory`; else the same. */
  own: Memory
  /**
   * Once an engine tick: writes the recovery row and whatever chunks, rollups and retention are due. A write that fails throws nothing: what
   * was to be written is held in memory, `failing` says so, and the next ticks try again.
   */
  tick(at: number): void
  /** The same tick in parts of some ms each, made as they are asked for: whoever has other things to do lets them run in between. */
  tickInParts(at: number): Iterable<void>
  /** Null while everything reaches the disk. */
  failing(): SavingFailure | null
  /** What was damaged on the disk, and what became of it: sentences, none while all was well since the start. */
  repairs(): string[]
  /**
   * A commit barrier: resolves when everything that was put before the call is where it survives this process, for other replicas to see. Rejects with
   * `unavailable` when that takes too long, or when another replica has taken over what was put. Awaited before each write to a server.
   */
  durable(): Promise<void>
  claims: Claims
  /** Called with each document that another replica has put or deleted, once it is in the tables here. */
  onShared(listener: (shared: SharedDocument) => void): void
  /** Evicts from memory the series without a sample since `before`; on the disk they stay. */
  forget(before: number): void
  /** Of replicas: resolves when the last writes have reached the database, or could not. */
  close(): void | Promise<void>
}
