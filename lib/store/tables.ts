import { ANNOTATION_DAYS, type Annotation } from '../model/annotation.ts'
import type { Change } from '../model/change.ts'
import type { Finding } from '../model/finding.ts'
import type { Job } from '../model/job.ts'
import type { LoadResults } from '../model/loadResult.ts'
import type { Delivery, Silence } from '../model/notice.ts'
import type { Proposal } from '../model/proposal.ts'
import type { OnDamaged } from './damagedRows.ts'
import { Documents } from './documents.ts'
import type { Files } from './files.ts'
import { memoryOf } from './memory.ts'
import type { Saving } from './saving.ts'
import { readRow } from './shapes.ts'

const DAY = 24 * 3_600_000

/** The tables of documents, one for each noun, with what the last process had no room for in the database. */
export function openTables(files: Files, saving: Saving, onDamaged: OnDamaged) {
  const { db, durable } = files
  const tables = {
    findings: new Documents<Finding>(db, 'finding', saving, onDamaged),
    proposals: new Documents<Proposal>(db, 'proposal', saving, onDamaged),
    changes: new Documents<Change>(durable, 'change', saving, onDamaged, true),
    jobs: new Documents<Job>(durable, 'job', saving, onDamaged, true),
    deliveries: new Documents<Delivery>(db, 'delivery', saving, onDamaged),
    silences: new Documents<Silence>(db, 'silence', saving, onDamaged),
    annotations: new Documents<Annotation>(db, 'annotation', saving, onDamaged),
    loadResults: new Documents<LoadResults>(db, 'load-result', saving, onDamaged),
    memory: memoryOf(db, saving, onDamaged),
  }
  const { memory, changes, jobs } = tables
  for (const { table, id, json } of files.reserve?.rows() ?? []) {
    const row = json === null ? null : readRow(table, json)
    if (row === undefined) onDamaged(table, id)
    else if (table === 'memory') json === null ? memory.delete(id) : memory.put(id, row)
    else if (table === 'change') changes.put(row as Change)
    else if (table === 'job') jobs.put(row as Job)
  }
  return tables
}

type Pruned<T> = { prune(over: (document: T) => boolean): void; get(id: string): T | null }
type PrunedTables = {
  findings: Pruned<Finding>
  proposals: Pruned<Proposal>
  deliveries: Pruned<Delivery>
  silences: Pruned<Silence>
  annotations: Pruned<Annotation>
  loadResults: Pruned<LoadResults>
}

/** The retention of documents: deletes what is over and old. */
export function pruneTables({ findings, proposals, deliveries, silences, annotations, loadResults }: PrunedTables, at: number): void {
  findings.prune(({ state, resolvedAt }) => state === 'resolved' && (resolvedAt ?? at) < at - 90 * DAY)
  // The last one of a problem stays longer than those that it replaced: the autopilot's simulator replays a month.
  proposals.prune(
    ({ state, createdAt }) => (state === 'superseded' && createdAt < at - 7 * DAY) || (state === 'withdrawn' && createdAt < at - 31 * DAY),
  )
  deliveries.prune((delivery) => delivery.state !== 'queued' && delivery.at < at - 30 * DAY)
  silences.prune(({ until }) => until < at - 90 * DAY)
  annotations.prune(({ time, timeEnd = time }) => timeEnd < at - ANNOTATION_DAYS * DAY)
  loadResults.prune(({ id }) => annotations.get(id) === null)
}
