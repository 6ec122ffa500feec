import { rates } from '../math/rates.ts'
import type { Change } from '../model/change.ts'
import type { Finding } from '../model/finding.ts'
import type { Delivery, Silence } from '../model/notice.ts'
import type { Proposal } from '../model/proposal.ts'
import { isCounter, type Labels, type Reading } from '../model/series.ts'
import type { SeriesQuery, Store } from '../model/store.ts'
import type { SeriesView } from '../model/views.ts'
import { Buckets, niceStep, withGaps } from './buckets.ts'
import { Documents } from './documents.ts'
import { History } from './history.ts'
import { Labelled } from './labelled.ts'
import { memoryOf } from './memory.ts'
import { Records } from './records.ts'
import { openFiles } from './schema.ts'
import { windowOf } from './window.ts'

export type StoreOptions = {
  /** A `.db` file, a directory for `evenkeel.db`, or `:memory:`. */
  path: string
  now?: () => number
  /** How much of the newest history stays in memory. Default 15 min. */
  windowMs?: number
}

/** A range without a step is given sample by sample up to this many. */
const RAW_MOST = 2_000
const BUCKETS_MOST = 20_000

/** Opens what the house remembers. Throws `unavailable` with the mend when the file cannot be used. */
export function createStore(options: StoreOptions): Store {
  const windowMs = options.windowMs ?? 15 * 60_000
  const files = openFiles(options.path)
  const records = new Records(files.db)
  const histories = new Labelled<History>()
  const byKey = new Map<string, History>()
  /** The first series of each poll, by target. */
  const firsts = new Map<string, History>()
  let ids = 0
  let newestAt: number | null = null

  function historyOf(target: string, reading: Reading, stepMs: number): History {
    const labels: Labels = { target, ...reading.labels }
    const key = seriesKey(reading.metric, labels)
    let history = byKey.get(key)
    if (!history) {
      history = new History(++ids, reading.metric, labels, stepMs)
      byKey.set(key, history)
      histories.add(history)
    }
    return history
  }

  function drawn(history: History, query: SeriesQuery): SeriesView {
    const { metric, labels } = history
    const { from, to } = query
    const rate = query.rate === true && isCounter(metric)
    const span = Math.max(1, to - from)
    if (query.stepMs === undefined && span / history.stepMs <= RAW_MOST) {
      const points = history.points(from, to)
      return { metric, labels, points: withGaps(rate ? rates(points, history.stepMs) : points, history.stepMs) }
    }
    const step = Math.max(query.stepMs ?? niceStep(span, 600), Math.ceil(span / BUCKETS_MOST))
    const start = Math.floor(from / step) * step
    const buckets = new Buckets(start, step, Math.max(1, Math.ceil((to - start) / step)))
    const { at, value } = history.columns(Math.max(0, history.indexAt(start) - 1), history.indexAfter(to))
    buckets.addSamples(at, value, history.stepMs)
    return { metric, labels, points: buckets.points(rate ? 'rate' : isCounter(metric) ? 'last' : 'mean') }
  }

  return {
    append(target, at, readings, stepMs) {
      let guess = firsts.get(target)
      let previous: History | null = null
      for (const reading of readings) {
        const when = reading.at ?? at
        const history = guess && isOf(guess, target, reading) ? guess : historyOf(target, reading, stepMs)
        if (previous) previous.next = history
        else firsts.set(target, history)
        history.stepMs = stepMs
        if (history.append(when, reading.value, when - windowMs) && (newestAt === null || when > newestAt)) newestAt = when
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
    query: (query) =>
      histories
        .find(query.metric, query.labels)
        .map((history) => drawn(history, query))
        .filter((view) => view.points.some((point) => point[1] !== null)),
    catalog: (from) =>
      histories
        .metrics()
        .map((metric) => ({
          metric,
          labels: histories
            .find(metric)
            .filter((history) => history.lastAt >= from)
            .map((history) => history.labels),
        }))
        .filter((entry) => entry.labels.length > 0),
    newestAt: () => newestAt,
    putRecords: (target, fresh) => records.put(target, fresh),
    records: (kind, target) => records.list(kind, target),
    findings: new Documents<Finding>(files.db, 'finding'),
    proposals: new Documents<Proposal>(files.db, 'proposal'),
    changes: new Documents<Change>(files.durable, 'change'),
    deliveries: new Documents<Delivery>(files.db, 'delivery'),
    silences: new Documents<Silence>(files.db, 'silence'),
    memory: memoryOf(files.db),
    tick(at) {
      files.db.exec('BEGIN IMMEDIATE')
      records.prune(at)
      records.flush()
      files.db.exec('COMMIT')
    },
    forget(before) {
      for (const [key, history] of byKey) {
        if (history.lastAt >= before) continue
        byKey.delete(key)
        histories.delete(history)
      }
      firsts.clear()
    },
    close() {
      files.db.exec('BEGIN IMMEDIATE')
      records.flush()
      files.db.exec('COMMIT')
      files.close()
    },
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
