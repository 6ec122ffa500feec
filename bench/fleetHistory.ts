import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Change } from '../lib/model/change.ts'
import type { Finding } from '../lib/model/finding.ts'
import type { Delivery } from '../lib/model/notice.ts'
import type { Proposal } from '../lib/model/proposal.ts'
import type { Reading } from '../lib/model/series.ts'
import { Archive, RETENTION } from '../lib/store/archive.ts'
import { openFiles } from '../lib/store/files.ts'
import { History } from '../lib/store/history.ts'
import { createStore } from '../lib/store/store.ts'
import { BALANCER, CACHES, cacheReadings, POOLS, poolReadings, QUERIED } from './bigFleet.ts'

const FINDINGS = 10_000
const ON_TARGETS = 500
const FIRING = 50
const CHANGES = 500
const PROPOSALS = 5_000
const DELIVERIES = 5_000
const ENTRIES = 5_000
const SECOND = 1_000
const MINUTE = 60 * SECOND
const DAY = 86_400_000
const CHUNK = 10 * MINUTE
/** Caches with a sample each 10 s; of all others there is one each 5 min. Of the cache that is looked at there is one a second. */
const FINE_CACHES = 100

const SILENT = { info() {}, warn() {}, error() {} }

/**
 * A copy of the data folder that 24 h of the fleet, and 90 days of findings about half of it, leave behind, and when that day ended (epoch ms).
 * It is made once and kept in the temp folder until this file or the fleet changes; making it takes half a minute.
 */
export async function historyOfADay(): Promise<{ data: string; end: number }> {
  const sources = ['fleetHistory.ts', 'bigFleet.ts', '../lib/store/schema.ts', '../lib/store/codec.ts', '../lib/store/archive.ts']
  const hash = createHash('sha256')
  for (const file of sources) hash.update(readFileSync(join(import.meta.dirname, file)))
  const kept = join(tmpdir(), `evenkeel-bench-fleet-${hash.digest('hex').slice(0, 16)}`)
  if (!existsSync(kept)) {
    const making = mkdtempSync(`${kept}-`)
    const end = Math.floor(Date.now() / SECOND) * SECOND
    mkdirSync(join(making, 'data'))
    await fill(join(making, 'data', 'evenkeel.db'), end)
    writeFileSync(join(making, 'end'), String(end))
    renameSync(making, kept)
  }
  const data = mkdtempSync(join(tmpdir(), 'evenkeel-main-thread-'))
  rmSync(data, { recursive: true })
  cpSync(join(kept, 'data'), data, { recursive: true })
  return { data, end: Number(readFileSync(join(kept, 'end'), 'utf8')) }
}

async function fill(file: string, end: number): Promise<void> {
  // The tables, as the store makes them.
  createStore({ path: file, now: () => end }).close()
  const files = openFiles(file, { busyMs: 1_000, now: () => end, log: SILENT })
  files.db.exec('PRAGMA synchronous = OFF')
  const archive = new Archive(files.db, RETENTION, () => {})
  const keep = async (target: string, stepMs: number, readings: (second: number) => Reading[]) => {
    files.db.exec('BEGIN')
    writeDay(archive, target, end, stepMs, readings)
    files.db.exec('COMMIT')
    await turn()
  }
  await keep(QUERIED, SECOND, (second) => cacheReadings(0, second))
  await keep(BALANCER, 10 * SECOND, poolReadings)
  for (let i = 1; i < CACHES; i++)
    await keep(`cache-${i}`, i < FINE_CACHES ? 10 * SECOND : 5 * MINUTE, (second) => cacheReadings(i, second))
  files.close()
  fillDocuments(file, end)
}

/** A day of a target as the store keeps it: chunks, and the stretches that are made of them. */
function writeDay(archive: Archive, target: string, end: number, stepMs: number, readings: (second: number) => Reading[]): void {
  const histories: History[] = []
  const flush = (at: number) => {
    for (const history of histories) history.flushedTo = archive.flush(history, at)
  }
  // A chunk holds at least some samples: of slow ones it is longer.
  const chunkMs = Math.max(CHUNK, 36 * stepMs)
  for (let at = end - DAY; at <= end; at += stepMs) {
    for (const [i, { metric, labels, value }] of readings(at / SECOND).entries()) {
      if (!histories[i]) {
        histories[i] = new History(archive.newId(), metric, { target, ...labels }, stepMs)
        histories[i].append(at, value, at)
        archive.addSeries(histories[i])
      } else histories[i].append(at, value, at)
    }
    if ((at - end + DAY) % chunkMs === 0 && at > end - DAY) flush(at)
  }
  flush(end)
}

function fillDocuments(file: string, end: number): void {
  const store = createStore({ path: file, now: () => end })
  for (let i = 0; i < FINDINGS; i++) store.findings.put(findingOf(i, end))
  for (let i = 0; i < PROPOSALS; i++) store.proposals.put(proposalOf(i, end))
  for (let i = 0; i < CHANGES; i++) store.changes.put(changeOf(i, end))
  for (let i = 0; i < DELIVERIES; i++) store.deliveries.put(deliveryOf(i, end))
  for (let i = 0; i < ENTRIES; i++)
    store.audit.append({
      at: end - (ENTRIES - i) * MINUTE,
      what: 'mode-set',
      by: 'ann',
      how: 'person',
      from: '192.0.2.1',
      about: '',
      outcome: 'done',
      detail: { n: `${i}` },
    })
  store.close()
}

const RULES = ['cache/hit-ratio-drop', 'cache/eviction-storm', 'cache/restart', 'cache/latency-rise']

function findingOf(i: number, end: number): Finding {
  const since = end - ((FINDINGS - i) * 90 * DAY) / FINDINGS
  const firing = i >= FINDINGS - FIRING
  const target = `cache-${(i * 7) % ON_TARGETS}`
  return {
    id: `finding-${String(i).padStart(5, '0')}`,
    // A key that nothing is said of any more stays as it is: those that fire go on firing.
    rule: firing ? 'cache/hot-key' : RULES[i % RULES.length]!,
    severity: i % 7 === 0 ? 'critical' : 'warning',
    state: firing ? 'firing' : 'resolved',
    subject: { target, ...(firing && { key: `key-${i}` }) },
    summary: 'the hit ratio fell from 0.90 to 0.61',
    evidence: [
      {
        metric: 'cache_hit_ratio',
        where: { target },
        value: 0.61,
        baseline: 0.9,
        unit: 'ratio',
        label: 'hit ratio',
        from: since,
        to: since + 10 * SECOND,
      },
    ],
    since,
    firingAt: since + 10 * SECOND,
    ...(firing ? {} : { resolvedAt: since + 10 * MINUTE }),
    seenAt: firing ? end : since + 10 * MINUTE,
  }
}

const stepOf = (i: number) => ({ setting: { target: BALANCER, name: `pool-${i % POOLS}/s1/weight` }, before: '100', after: '80' })
const predictionOf = (i: number) => ({
  metric: 'pool_response_seconds',
  where: { target: BALANCER, pool: `pool-${i % POOLS}` },
  unit: 'seconds' as const,
  before: 0.08,
  after: 0.04,
  low: 0.03,
  high: 0.05,
  basis: 'response times of 10 min, 41,000 requests',
})

const proposalOf = (i: number, end: number): Proposal => ({
  id: `proposal-${i}`,
  finding: `finding-${String(FINDINGS - 1 - (i % 1_000)).padStart(5, '0')}`,
  advisor: 'pool-weights',
  steps: [stepOf(i)],
  because: 'it is slow',
  prediction: predictionOf(i),
  guards: [],
  risk: 'low',
  riskBecause: 'a weight can be set back exactly',
  commands: [`set server pool-${i % POOLS}/s1 weight 80`],
  state: i % 10 === 0 ? 'applied' : 'withdrawn',
  createdAt: end - ((PROPOSALS - i) * 6 * DAY) / PROPOSALS,
})

function changeOf(i: number, end: number): Change {
  const at = end - ((CHANGES - i) * 90 * DAY) / CHANGES
  return {
    id: `change-${i}`,
    state: 'kept',
    steps: [stepOf(i)],
    because: 'it is slow',
    by: 'ann',
    at,
    watchFrom: at,
    watchUntil: at + MINUTE,
    endedAt: at + MINUTE,
    reversal: 'exact',
    prediction: predictionOf(i),
    guards: [],
    measured: { before: 0.08, after: 0.04, low: 0.03, high: 0.05 },
    verdict: 'improved',
    journal: [{ at, what: 'created', text: 'it is slow' }],
  }
}

const deliveryOf = (i: number, end: number): Delivery => ({
  id: `delivery-${i}`,
  receiver: 'hook',
  channel: 'webhook',
  at: end - i * 400_000,
  findings: [`finding-${String(FINDINGS - 1 - i).padStart(5, '0')}`],
  status: i % 2 === 0 ? 'firing' : 'resolved',
  state: 'delivered',
  attempts: 1,
})
