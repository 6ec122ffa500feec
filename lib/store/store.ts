import type { Log } from '../model/log.ts'
import type { Store } from '../model/store.ts'
import { Archive, RETENTION, type Retention } from './archive.ts'
import { auditLogOf } from './auditLog.ts'
import { createDamagedRows } from './damagedRows.ts'
import { Eviction } from './eviction.ts'
import { reasonOf, startAdvice } from './failure.ts'
import { type Files, openFiles } from './files.ts'
import { Housekeeping } from './housekeeping.ts'
import { localClaims } from './localClaims.ts'
import { PastSeries } from './pastSeries.ts'
import { unusable } from './places.ts'
import { type QuotaOptions, SeriesQuota } from './quota.ts'
import { Records } from './records.ts'
import { Recovery } from './recovery.ts'
import type { Outbound } from './remoteWrite/outbound.ts'
import { Saving } from './saving.ts'
import { SeriesMemory } from './seriesMemory.ts'
import { createSeriesQueries } from './seriesQueries.ts'
import { SeriesWriter } from './seriesWriter.ts'
import { openTables, pruneTables } from './tables.ts'
import { undoLogOf } from './undoLog.ts'
import { type Holder, windowOf } from './window.ts'

export type StoreOptions = {
  /** A `.db` file, a directory for `evenkeel.db`, or `:memory:`. */
  path: string
  /** Epoch ms; what of the file is new enough for memory is reckoned from here. */
  now?: () => number
  /** How much of the newest history stays in memory. Default 15 min. */
  windowMs?: number
  /** How long each fineness is kept on the disk. */
  retention?: Partial<Retention>
  /** How much time one chunk holds. Default 10 min, which is 600 samples at one a second. */
  chunkMs?: number
  /** How many samples are held in memory for a disk that fails. Default 4 million; those of the window are held in any case. */
  heldMost?: number
  /** Of more series than this a start reads the newest window of each with its first poll. Default 10,000. */
  readMost?: number
  /** Series of one target. */
  quota?: QuotaOptions
  /** Told of each sample that is taken: a copy for another store. */
  onSample?: Outbound['add']
  log?: Log
  /** How long to wait for a predecessor that is still closing the file. Default 5 s. */
  busyMs?: number
}

const MINUTE = 60_000
/** What a disk that fails may cost of memory: 64 MB of samples that no chunk holds yet. */
const HELD_MOST = 4_000_000
const SILENT: Log = { info() {}, warn() {}, error() {} }
/** Facts that one part of a tick writes: each takes some 20 µs. */
const RECORDS_AT_ONCE = 250
/** The store's own note of its last tick. */
const TICKED = 'store/ticked'

/**
 * Opens what the runtime remembers; of a damaged file what can be read. Throws `unavailable`, naming the file and the mend, when it cannot
 * be used.
 */
export function createStore(options: StoreOptions): Store {
  const opening = { busyMs: options.busyMs ?? 5_000, now: options.now ?? Date.now, log: options.log ?? SILENT }
  const opened = (suspicious: boolean): Store => {
    const files = openFiles(options.path, { ...opening, suspicious })
    try {
      return storeOf(partsOf(files, options))
    } catch (error) {
      files.close()
      // A page that only reading everything has come across: what can be read is saved into a fresh file.
      if (!suspicious && reasonOf(error) === 'damaged') return opened(true)
      throw (error as { errcode?: number }).errcode === undefined ? error : unusable(options.path, startAdvice(error), error)
    }
  }
  return opened(false)
}

type Parts = ReturnType<typeof partsOf>

/** The parts of a store, with what the file holds of each. */
function partsOf(files: Files, options: StoreOptions) {
  const { now = Date.now, log = SILENT, windowMs = 15 * MINUTE, chunkMs = 10 * MINUTE, heldMost = HELD_MOST } = options
  const retention = { ...RETENTION, ...options.retention }
  const { db, reserve, free, inPlace, suspect } = files
  const damaged = createDamagedRows(log)
  const saving = new Saving({ reserve, free, inPlace, suspect, now, log })
  const archive = new Archive(db, retention, damaged.report)
  const recovery = new Recovery(db, now)
  const records = new Records(db, damaged.report)
  const undo = undoLogOf(files, saving)
  const audit = auditLogOf(files.durable)
  const tables = openTables(files, saving, damaged.report)
  const lastRunAt = tables.memory.get<number>(TICKED)
  const quota = new SeriesQuota(options.quota)
  const memory = new SeriesMemory({ archive, saving, quota, windowMs, chunkMs, readMost: options.readMost, onSample: options.onSample })
  const housekeeping = new Housekeeping({ archive, recovery, records, undo, memory, chunkMs })
  const drops = (at: number) => housekeeping.drops(at)
  const writer = new SeriesWriter({ db, archive, recovery, memory, saving, windowMs, chunkMs, heldMost, drops })
  const eviction = new Eviction({ memory, writer, archive, quota, windowMs, now })
  const queries = createSeriesQueries({ memory, archive, retention, now })
  const past = new PastSeries({ memory, archive, retention, now })
  const at = now()
  saving.put('recovery clock', () => recovery.dropAfter(at))
  memory.load(recovery.read(damaged.report), at)
  return { files, now, damaged, saving, recovery, records, undo, audit, tables, lastRunAt, quota, memory, housekeeping, writer, eviction, queries, past } // biome-ignore format: one line
}

function storeOf(parts: Parts): Store {
  const { files, now, damaged, saving, recovery, records, undo, audit, tables, quota, memory, housekeeping, writer, eviction, queries, past } = parts // biome-ignore format: one line
  const holder: Holder = {
    find: (metric, labels) => memory.find(metric, labels),
    records: (kind, target) => records.list(kind, target),
    past,
  }
  return {
    append: (target, at, readings, stepMs, lateMs) => memory.append(target, at, readings, stepMs, lateMs),
    window: (from, to) => windowOf(holder, from, to),
    ...queries,
    newestAt: () => memory.newestAt,
    lastRunAt: () => parts.lastRunAt,
    stepClock(step) {
      memory.stepClock(step)
      past.clear()
      records.stepClock(step)
      writer.stepClock(step)
      housekeeping.stepClock(step)
      undo.stepClock(step)
      saving.put('recovery clock', () => recovery.dropAfter(step.at))
    },
    putRecords: (target, fresh) => records.put(target, fresh),
    records: (kind, target) => records.list(kind, target),
    ...tables,
    own: tables.memory,
    undo,
    audit,
    tick(at) {
      for (const _ of tick(parts, at));
    },
    tickInParts: (at) => tick(parts, at),
    // What is put is on the disk, or in the reserve, when the call returns; nobody else writes the file.
    durable: async () => {},
    claims: localClaims(),
    onShared() {},
    refusedSeries: () => quota.refused(now()),
    failing: () => saving.failing(),
    repairs: () => [...files.repairs, ...damaged.sentences()],
    forget: (before) => eviction.before(before),
    close() {
      saving.close(() =>
        writer.transaction(() => {
          const done = [memory.addRows(), ...writer.flush(memory.all(), now())]
          recovery.clear()
          records.wake(Number.POSITIVE_INFINITY)
          done.push(records.flush())
          return done
        }),
      )
      audit.close()
      files.close()
    },
  }
}

/** A tick in parts, each short by itself and a transaction of its own: between two of them nothing is left open, and others may write. */
function* tick({ saving, writer, housekeeping, records, tables, eviction, audit }: Parts, at: number): Generator<void> {
  yield* saving.tick(function* () {
    yield* writer.flushLate(at)
    yield* writer.write(at)
    tables.memory.put(TICKED, at)
    records.wake(at)
    for (let left = records.changed; left > 0; left -= RECORDS_AT_ONCE) {
      writer.transaction(() => [records.flush(RECORDS_AT_ONCE)])
      yield
    }
    for (const due of writer.due(at)) {
      writer.transaction(() => writer.flush(due, at))
      yield
    }
    for (const part of housekeeping.due(at)) {
      writer.transaction(() => {
        part()
        return []
      })
      yield
    }
    if (housekeeping.hasPruned(at)) {
      pruneTables(tables, at)
      yield
      eviction.plan(at)
      yield
    }
    yield* eviction.tick(at)
  })
  if (saving.failing() === null) audit.retry(at)
  writer.boundWaiting(at)
}
