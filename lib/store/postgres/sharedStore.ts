import { setTimeout as sleep } from 'node:timers/promises'
import type { Annotation } from '../../model/annotation.ts'
import type { Change } from '../../model/change.ts'
import type { Finding } from '../../model/finding.ts'
import type { Job } from '../../model/job.ts'
import type { LoadResults } from '../../model/loadResult.ts'
import type { Log } from '../../model/log.ts'
import type { Delivery, Silence } from '../../model/notice.ts'
import type { Proposal } from '../../model/proposal.ts'
import type { Nouns, SharedDocument, Store } from '../../model/store.ts'
import { createDamagedRows } from '../damagedRows.ts'
import { createStore, type StoreOptions } from '../store.ts'
import { pruneTables } from '../tables.ts'
import type { Database } from './connection.ts'
import { unusableState, wordsOf } from './failure.ts'
import { migrate } from './migrations/migrations.ts'
import { Replication, type SharedRow } from './replication.ts'
import { sharedAudit } from './sharedAudit.ts'
import { sharedClaims } from './sharedClaims.ts'
import { SharedMemory, SharedTable } from './sharedTable.ts'
import { sharedUndo } from './sharedUndo.ts'

/** Nouns that one replica works on at a time: a write that does not build on the newest state is refused. */
const GUARDED = new Set<keyof Nouns>(['finding', 'proposal', 'change', 'job'])
const PRUNE_MS = 3_600_000
const PATIENCE_MS = 20_000
const RETRY_MS = 500
/** Deleted rows are remembered for so long, for replicas that were away. */
const TOMBSTONES = "interval '7 days'"

export type SharedStoreOptions = StoreOptions & {
  database: Database
  replica: string
  now: () => number
  log: Log
  /** How long a start waits for a database that is not up yet. Default 20 s. */
  patienceMs?: number
}

/**
 * The store of one of several replicas: samples in its own file, documents in PostgreSQL with a mirror of all of them in memory. Rejects with
 * `unavailable`, naming `state` and the mend, when the database cannot be had.
 */
export async function createSharedStore(options: SharedStoreOptions): Promise<Store> {
  const { database, replica, now, log } = options
  const damaged = createDamagedRows(log)
  const listeners: ((shared: SharedDocument) => void)[] = []
  let tell = false
  const replication = new Replication({ database, replica, isGuarded: (noun) => GUARDED.has(noun as keyof Nouns), take, also: { flush: () => audit.flush(), oldest: () => audit.oldest() }, now, log }) // biome-ignore format: one line
  const tables = tablesOf(replication)
  const audit = sharedAudit(database, () => replication.next())
  const undo = sharedUndo(database)

  function take({ noun, id, json }: SharedRow): void {
    const table = (tables.byNoun as Record<string, SharedTable<{ id: string }> | SharedMemory | undefined>)[noun]
    // Of a newer version.
    if (!table) return
    const readable = table.take(id, json)
    if (!readable) damaged.report(noun, id)
    if (!readable || !tell) return
    const shared = { noun, id, document: json === null ? null : table.get(id) } as SharedDocument
    for (const listener of listeners)
      try {
        listener(shared)
      } catch (error) {
        log.error({ err: error, noun, id }, 'what another replica wrote could not be taken over')
      }
  }

  try {
    await patiently(() => migrate(database), options)
    await replication.start()
    tell = true
  } catch (error) {
    void database.close()
    throw unusableState(error, database.name)
  }
  const local = createStore(options)
  const prune = pruning(() => {
    pruneTables(tables, now())
    undo.prune(now()).catch(() => {})
    database.query(`DELETE FROM evenkeel.document WHERE json IS NULL AND changed < now() - ${TOMBSTONES}`).catch(() => {})
  }, now)

  return {
    ...local,
    ...tables.byName,
    own: local.memory,
    undo,
    audit,
    claims: sharedClaims(database),
    durable: () => replication.durable(),
    onShared: (listener) => void listeners.push(listener),
    tick(at) {
      local.tick(at)
      prune()
    },
    *tickInParts(at) {
      yield* local.tickInParts(at)
      prune()
    },
    failing: () => replication.failing() ?? local.failing(),
    repairs: () => [...local.repairs(), ...damaged.sentences()],
    async close() {
      local.close()
      await replication.close()
      await database.close()
    },
  }
}

function tablesOf(outgoing: Replication) {
  const byName = {
    findings: new SharedTable<Finding>('finding', outgoing),
    proposals: new SharedTable<Proposal>('proposal', outgoing),
    changes: new SharedTable<Change>('change', outgoing),
    jobs: new SharedTable<Job>('job', outgoing),
    deliveries: new SharedTable<Delivery>('delivery', outgoing),
    silences: new SharedTable<Silence>('silence', outgoing),
    annotations: new SharedTable<Annotation>('annotation', outgoing),
    loadResults: new SharedTable<LoadResults>('load-result', outgoing),
    memory: new SharedMemory(outgoing),
  }
  const { findings, proposals, changes, jobs, deliveries, silences, annotations, loadResults, memory } = byName
  const byNoun = {
    finding: findings,
    proposal: proposals,
    change: changes,
    job: jobs,
    delivery: deliveries,
    silence: silences,
    annotation: annotations,
    'load-result': loadResults,
    memory,
  }
  return { ...byName, byName, byNoun }
}

/** Machines that start together: the database may be the last. Not where only a person can mend it. */
async function patiently(work: () => Promise<void>, { patienceMs = PATIENCE_MS, database, log }: SharedStoreOptions): Promise<void> {
  const until = performance.now() + patienceMs
  for (let tries = 0; ; tries++)
    try {
      return await work()
    } catch (error) {
      if (wordsOf(error).reason !== 'unreachable' || performance.now() + RETRY_MS > until) throw error
      if (tries === 0) log.warn({ database: database.name }, `waiting for the database: ${wordsOf(error).because}`)
      await sleep(RETRY_MS)
    }
}

/** Runs the work at most once in `PRUNE_MS`. */
function pruning(work: () => void, now: () => number): () => void {
  let at = now()
  return () => {
    if (now() - at < PRUNE_MS) return
    at = now()
    work()
  }
}
