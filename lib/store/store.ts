import type { Change } from '../model/change.ts'
import { movedDate } from '../model/clock.ts'
import type { Finding } from '../model/finding.ts'
import type { Job } from '../model/job.ts'
import type { Log } from '../model/log.ts'
import type { Delivery, Silence } from '../model/notice.ts'
import type { Proposal } from '../model/proposal.ts'
import { type Labels, labelsMatch, type Reading } from '../model/series.ts'
import type { Drawing, SeriesQuery, Store } from '../model/store.ts'
import { Archive, RETENTION, type Retention, type SeriesRow } from './archive.ts'
import { auditLogOf } from './auditLog.ts'
import { Documents } from './documents.ts'
import { drawn, flushedPoints } from './draw.ts'
import { reasonOf, startAdvice } from './failure.ts'
import { type Files, openFiles } from './files.ts'
import { History } from './history.ts'
import { Labelled } from './labelled.ts'
import { memoryOf } from './memory.ts'
import { unusable } from './places.ts'
import { type QuotaOptions, SeriesQuota } from './quota.ts'
import { Records } from './records.ts'
import { Recovery } from './recovery.ts'
import { Saving } from './saving.ts'
import { readRow, type Spoilt } from './shapes.ts'
import { undoLogOf } from './undoLog.ts'
import { windowOf } from './window.ts'

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
  /** Series of one target. */
  quota?: QuotaOptions
  log?: Log
  /** How long to wait for a predecessor that is still closing the file. Default 5 s. */
  busyMs?: number
}

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
/** Housekeeping that need not be done each tick. */
const SWEEP_MS = 10_000
/** What a disk that fails may cost of memory: 64 MB of samples that no chunk holds yet. */
const HELD_MOST = 4_000_000
/** Samples that waited for longer than this go into chunks once the disk works again, so many series a transaction. */
const LATE_MS = MINUTE
const LATE_SERIES = 500
/** So many damaged rows of a noun are named. */
const SPOILT_MOST = 1_000
const SILENT: Log = { info() {}, warn() {}, error() {} }
/** After the clock was set nothing is dropped for its age for so long: a clock that is wrong by a year must not cost a year. */
const KEEP_MS = 60 * MINUTE
/** Rows of new series, and silent series that leave memory, in one tick: more would hold everything else up. */
const NEW_ROWS_MOST = 1_000
const FORGOTTEN_MOST = 500
/** Of a target that has no room for new series, those that fell silent for this long make room. */
const TIGHT_MS = 2 * MINUTE
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
      return storeOf(files, options)
    } catch (error) {
      files.close()
      // A page that only reading everything has come across: what can be read is saved into a fresh file.
      if (!suspicious && reasonOf(error) === 'damaged') return opened(true)
      throw (error as { errcode?: number }).errcode === undefined ? error : unusable(options.path, startAdvice(error), error)
    }
  }
  return opened(false)
}

function storeOf(files: Files, options: StoreOptions): Store {
  const now = options.now ?? Date.now
  const log = options.log ?? SILENT
  const windowMs = options.windowMs ?? 15 * MINUTE
  const chunkMs = options.chunkMs ?? 10 * MINUTE
  const retention = { ...RETENTION, ...options.retention }
  const heldMost = options.heldMost ?? HELD_MOST
  const { reserve, free, inPlace, suspect } = files
  const spoilt = spoiltRows(log)
  const saving = new Saving({ reserve, free, inPlace, suspect, now, log })
  const archive = new Archive(files.db, retention, spoilt.told)
  const recovery = new Recovery(files.db)
  const records = new Records(files.db, spoilt.told)
  const findings = new Documents<Finding>(files.db, 'finding', saving, spoilt.told)
  const proposals = new Documents<Proposal>(files.db, 'proposal', saving, spoilt.told)
  const changes = new Documents<Change>(files.durable, 'change', saving, spoilt.told, true)
  const jobs = new Documents<Job>(files.durable, 'job', saving, spoilt.told, true)
  const undo = undoLogOf(files, saving)
  const audit = auditLogOf(files.durable)
  const deliveries = new Documents<Delivery>(files.db, 'delivery', saving, spoilt.told)
  const silences = new Documents<Silence>(files.db, 'silence', saving, spoilt.told)
  const memory = memoryOf(files.db, saving, spoilt.told)
  takeFromReserve()

  const histories = new Labelled<History>()
  const byKey = new Map<string, History>()
  const byId = new Map<number, History>()
  /** The first series of each poll, by target. */
  const firsts = new Map<string, History>()
  /** Series that have no row yet, and what came since the last tick. */
  let unknown: History[] = []
  let changed: { history: History; from: number }[] = []
  const changedSet = new Set<History>()
  let newestAt: number | null = null
  let sweptAt = Number.NEGATIVE_INFINITY
  let prunedAt = Number.NEGATIVE_INFINITY
  let gaveUpAt = Number.NEGATIVE_INFINITY
  let givenUpTo = Number.NEGATIVE_INFINITY
  /** Until then nothing is dropped for its age. */
  let keepUntil = Number.NEGATIVE_INFINITY
  /** Of which target series are held, and how many more it may bring. */
  const quota = new SeriesQuota(options.quota)
  /** Series that are to leave memory. */
  let leaving: History[] = []
  const lastRunAt = memory.get<number>(TICKED)
  load()

  /** What the last process had no room for in the database. */
  function takeFromReserve(): void {
    for (const { table, id, json } of reserve?.rows() ?? []) {
      const row = json === null ? null : readRow(table, json)
      if (row === undefined) spoilt.told(table, id)
      else if (table === 'memory') json === null ? memory.delete(id) : memory.put(id, row)
      else if (table === 'change') changes.put(row as Change)
      else if (table === 'job') jobs.put(row as Job)
    }
  }

  function hold(history: History, at: number): History {
    byKey.set(seriesKey(history.metric, history.labels), history)
    byId.set(history.id, history)
    histories.add(history)
    quota.hold(targetOf(history), at)
    history.older = (from, to) => flushedPoints(archive, history.id, from, to)
    // Spread evenly, so that no tick writes more than its part of the chunks.
    history.dueAt = at + chunkMs * (0.1 + 0.9 * ((history.id * 0.618_034) % 1))
    return history
  }

  function known(row: SeriesRow, at: number): History {
    const history = new History(row.id, row.metric, row.labels, row.stepMs)
    if (row.lastAt > 0) {
      // What was written under a clock that was ahead lies in a time that has not come yet, and is not the newest.
      history.flushedTo = Math.min(row.lastAt, at)
      // Whole chunks: from the first one's start on nothing is missing.
      const chunks = [...archive.samples(row.id, at - windowMs, history.flushedTo)]
      history.fill(chunks, history.flushedTo)
      history.heldFrom = chunks[0]?.at[0] ?? at - windowMs
    }
    return hold(history, at)
  }

  /** The newest window from the chunks, then what was not yet in one. */
  function load(): void {
    const at = now()
    saving.put('recovery clock', () => recovery.dropAfter(at))
    for (const row of archive.since(null, at - windowMs)) known(row, at)
    for (const sample of recovery.read(spoilt.told)) {
      if (sample.at > at) continue
      const row = byId.has(sample.id) ? null : archive.byId(sample.id)
      const history = byId.get(sample.id) ?? (row && known(row, at))
      if (history && sample.at > history.flushedTo) history.append(sample.at, sample.value, at - windowMs)
    }
    for (const { lastAt } of byId.values()) if (lastAt > (newestAt ?? Number.NEGATIVE_INFINITY)) newestAt = lastAt
  }

  /**
   * Null for one that memory does not know while the file cannot be asked (by another number it would be a second series), and for one that is
   * beyond the quota of its target.
   */
  function historyOf(target: string, reading: Reading, at: number, stepMs: number, polledAt: number): History | null {
    const labels: Labels = { target, ...reading.labels }
    const there = byKey.get(seriesKey(reading.metric, labels))
    if (there) return there
    const owner = labels.target ?? target
    if (!quota.allows(owner, polledAt)) return null
    try {
      const row = archive.find(reading.metric, labels)
      if (row) return known(row, at)
    } catch (error) {
      saving.failed(error)
      return null
    }
    const history = new History(archive.newId(), reading.metric, labels, stepMs)
    unknown.push(history)
    quota.spend(owner, polledAt)
    return hold(history, at)
  }

  /** Everything or nothing: what memory believes of the file changes only when the file has changed. */
  function write(work: () => (() => void)[]): void {
    files.db.exec('BEGIN IMMEDIATE')
    let done: (() => void)[]
    try {
      done = work()
      files.db.exec('COMMIT')
    } catch (error) {
      if (files.db.isTransaction) files.db.exec('ROLLBACK')
      recovery.restart()
      archive.restart()
      throw error
    }
    for (const then of done) then()
  }

  function flush(due: Iterable<History>, at: number): (() => void)[] {
    const done: (() => void)[] = []
    for (const history of due) {
      const flushedTo = archive.flush(history, at, at >= keepUntil)
      done.push(() => {
        history.flushedTo = flushedTo
        history.dueAt = at + chunkMs
      })
    }
    return done
  }

  function addUnknown(most = Number.POSITIVE_INFINITY): () => void {
    const added = unknown.slice(0, most)
    for (const history of added) archive.addSeries(history)
    return () => {
      unknown = unknown.slice(added.length)
    }
  }

  function sweep(at: number): void {
    sweptAt = at
    const old = at >= keepUntil
    if (old) archive.sweep(at)
    if (at - prunedAt < MINUTE) return
    prunedAt = at
    let oldestPending = Number.POSITIVE_INFINITY
    for (const history of byId.values()) {
      const first = history.indexAfter(history.flushedTo)
      if (first < history.size) oldestPending = Math.min(oldestPending, history.atOf(first))
    }
    recovery.prune(oldestPending)
    if (!old) return
    records.prune(at)
    undo.prune(at)
  }

  function pruneDocuments(at: number): void {
    findings.prune(({ state, resolvedAt }) => state === 'resolved' && (resolvedAt ?? at) < at - 90 * DAY)
    proposals.prune(({ state, createdAt }) => (state === 'superseded' || state === 'withdrawn') && createdAt < at - 7 * DAY)
    deliveries.prune((delivery) => delivery.state !== 'queued' && delivery.at < at - 30 * DAY)
    silences.prune(({ until }) => until < at - 90 * DAY)
  }

  /** After a time without a disk: what waited goes into chunks a few series at a time, not into one row that holds all of it. */
  function flushLate(at: number): void {
    const late = changed.filter(({ history, from }) => at - history.atOf(history.indexOf(from)) > LATE_MS).map(({ history }) => history)
    if (late.length === 0) return
    write(() => [addUnknown()])
    for (let i = 0; i < late.length; i += LATE_SERIES) write(() => flush(late.slice(i, i + LATE_SERIES), at))
    const flushed = new Set(late)
    changed = changed.filter(({ history }) => !flushed.has(history))
    for (const history of flushed) changedSet.delete(history)
  }

  /** While the disk fails, samples wait in memory for as long as there is room for them; what is older than the window goes first. */
  function giveUp(at: number): void {
    const failing = saving.failing()
    if (failing === null || at - gaveUpAt < SWEEP_MS) return
    gaveUpAt = at
    let waiting = 0
    for (const history of byId.values()) waiting += history.size - history.indexAfter(Math.max(history.flushedTo, history.givenUpTo))
    if (waiting <= heldMost) return
    const span = at - Math.max(failing.since - chunkMs, givenUpTo)
    givenUpTo = Math.min(at - windowMs, at - span * (heldMost / waiting))
    for (const history of byId.values()) history.givenUpTo = givenUpTo
  }

  /** Series not heard of since then leave memory; on the disk they stay. */
  function forget(before: number): void {
    leave([...byId.values()].filter(({ lastAt }) => lastAt < before))
  }

  function leave(silent: readonly History[]): void {
    if (silent.length === 0) return
    write(() => [addUnknown(), ...flush(silent, now())])
    for (const history of silent) {
      history.gone = true
      byKey.delete(seriesKey(history.metric, history.labels))
      byId.delete(history.id)
      histories.delete(history)
      recovery.forget(history.id)
      archive.forget(history.id)
      quota.release(targetOf(history))
    }
    changed = changed.filter(({ history }) => !history.gone)
  }

  /** Which series are silent for so long that memory need not hold them; some leave it at each tick. */
  function findSilent(at: number): void {
    const tight = quota.refused(at)
    leaving = [...byId.values()].filter((history) => history.lastAt < at - (tight.has(targetOf(history)) ? TIGHT_MS : 2 * windowMs))
  }

  function leaveSome(at: number): void {
    if (leaving.length === 0) return
    // One may have been heard of again.
    leave(leaving.slice(0, FORGOTTEN_MOST).filter(({ lastAt, gone }) => !gone && lastAt < at - TIGHT_MS))
    leaving = leaving.slice(FORGOTTEN_MOST)
  }

  /** What a query is of, in memory and in the archive; each series is drawn when it is asked for. */
  function drawings(asked: SeriesQuery): Drawing[] {
    const at = now()
    const kept = { rawFrom: at - retention.rawMs, fineFrom: at - retention.fineMs }
    // A time that has not come yet holds at most what a clock that was ahead left there.
    const query = { ...asked, to: Math.min(asked.to, Math.max(at, newestAt ?? at)) }
    const found = histories.find(query.metric, query.labels)
    for (const row of archive.since(query.metric, query.from, (id) => byId.has(id))) {
      if (!labelsMatch(row.labels, query.labels)) continue
      const history = new History(row.id, row.metric, row.labels, row.stepMs)
      history.flushedTo = row.lastAt
      history.heldFrom = row.lastAt + 1
      history.older = (from, to) => flushedPoints(archive, row.id, from, to)
      found.push(history)
    }
    return found.map((history) => ({ labels: history.labels, draw: () => drawn(history, archive, query, kept) }))
  }

  return {
    append(target, at, readings, stepMs) {
      let guess = firsts.get(target)
      let previous: History | null = null
      for (const reading of readings) {
        const when = Math.round(reading.at ?? at)
        const history: History | null =
          guess && !guess.gone && isOf(guess, target, reading) ? guess : historyOf(target, reading, when, stepMs, at)
        if (!history) continue
        if (previous) previous.next = history
        else firsts.set(target, history)
        history.stepMs = stepMs
        const from = history.total
        if (history.append(when, reading.value, when - windowMs)) {
          if (newestAt === null || when > newestAt) newestAt = when
          if (!changedSet.has(history)) {
            changedSet.add(history)
            changed.push({ history, from })
          }
        }
        previous = history
        guess = history.next ?? undefined
      }
    },
    window: (from, to) =>
      windowOf(
        { find: (metric, labels) => histories.find(metric, labels), records: (kind, target) => records.list(kind, target) },
        from,
        to,
      ),
    query: (asked) =>
      drawings(asked)
        .map(({ draw }) => draw())
        .filter((view) => view.points.some((point) => point[1] !== null)),
    drawings,
    catalog(from) {
      const metrics = new Map<string, Labels[]>()
      const add = (metric: string, labels: Labels) => {
        const there = metrics.get(metric)
        if (there) there.push(labels)
        else metrics.set(metric, [labels])
      }
      for (const { metric, labels, lastAt } of byId.values()) if (lastAt >= from) add(metric, labels)
      for (const { metric, labels } of archive.since(null, from, (id) => byId.has(id))) add(metric, labels)
      return [...metrics].map(([metric, labels]) => ({ metric, labels })).sort((a, b) => (a.metric < b.metric ? -1 : 1))
    },
    newestAt: () => newestAt,
    lastRunAt: () => lastRunAt,
    stepClock(step) {
      const { at, byMs } = step
      for (const history of byId.values()) {
        history.stepClock(step)
        history.dueAt += byMs
      }
      if (newestAt !== null) newestAt = Math.min(newestAt, at)
      records.stepClock(step)
      givenUpTo = movedDate(givenUpTo, step)
      gaveUpAt += byMs
      sweptAt += byMs
      prunedAt += byMs
      keepUntil = at + KEEP_MS
      undo.stepClock(step)
      saving.put('recovery clock', () => recovery.dropAfter(at))
    },
    putRecords: (target, fresh) => records.put(target, fresh),
    records: (kind, target) => records.list(kind, target),
    findings,
    proposals,
    changes,
    jobs,
    undo,
    deliveries,
    silences,
    audit,
    memory,
    tick(at) {
      saving.tick(() => {
        flushLate(at)
        write(() => {
          const done = [addUnknown(NEW_ROWS_MOST)]
          recovery.write(at, changed)
          const due: History[] = []
          // A series' row comes before its chunks.
          if (unknown.length <= NEW_ROWS_MOST) for (const history of byId.values()) if (history.dueAt <= at) due.push(history)
          done.push(...flush(due, at))
          if (at - sweptAt >= SWEEP_MS) sweep(at)
          done.push(records.flush())
          memory.put(TICKED, at)
          return done
        })
        changed = []
        changedSet.clear()
        if (prunedAt === at && at >= keepUntil) {
          pruneDocuments(at)
          findSilent(at)
        }
        leaveSome(at)
      })
      if (saving.failing() === null) audit.retry(at)
      giveUp(at)
    },
    refusedSeries: () => quota.refused(now()),
    failing: () => saving.failing(),
    repairs: () => [...files.repairs, ...spoilt.sentences()],
    forget,
    close() {
      saving.close(() =>
        write(() => {
          const done = [addUnknown(), ...flush(byId.values(), now())]
          recovery.clear()
          done.push(records.flush())
          return done
        }),
      )
      audit.close()
      files.close()
    },
  }
}

const targetOf = ({ labels }: History) => labels.target ?? ''

/** Rows that are left out because they are damaged, told of once each and counted by noun. */
function spoiltRows(log: Log): { told: Spoilt; sentences(): string[] } {
  const rows = new Map<string, Set<string>>()
  return {
    told(noun, id) {
      const ids = rows.get(noun) ?? new Set()
      rows.set(noun, ids)
      if (ids.has(id) || ids.size >= SPOILT_MOST) return
      ids.add(id)
      log.warn({ row: id }, `A damaged row of ${noun} is left out`)
    },
    sentences: () =>
      [...rows].map(([noun, { size }]) => {
        const many = size === SPOILT_MOST ? `${size} rows or more` : size === 1 ? '1 row' : `${size} rows`
        const what = noun === 'change' || noun === 'job' ? ' Compare the servers with the page of changes.' : ''
        return `${many} of ${noun} could not be read and ${size === 1 ? 'is' : 'are'} left out; the log names them.${what}`
      }),
  }
}

/** True when that series is the reading's: a poll mostly repeats the order of the one before, and to compare is cheaper than to look up. */
function isOf(history: History, target: string, reading: Reading): boolean {
  if (history.metric !== reading.metric) return false
  let names = 0
  let own = false
  for (const name in reading.labels) {
    names++
    if (name === 'target') own = true
    if (history.labels[name] !== reading.labels[name]) return false
  }
  if (!own && history.labels.target !== target) return false
  let all = 0
  for (const _ in history.labels) all++
  return all === (own ? names : names + 1)
}

/** One text for a metric with its labels in whatever order, whatever stands in them. */
function seriesKey(metric: string, labels: Labels): string {
  return JSON.stringify([metric, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))])
}
