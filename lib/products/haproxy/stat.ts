import { parse } from 'csv-parse/sync'
import { malformed } from '../../model/error.ts'
import type { Reading } from '../../model/series.ts'
import type { ServerState } from '../../model/topology.ts'
import { numbersOf, printable, readings } from '../answers.ts'

/** A row of the statistics: every column by its name. */
export type StatRow = ReadonlyMap<string, string>

const NEEDED = ['pxname', 'svname', 'scur', 'stot', 'status', 'weight', 'type', 'lbtot', 'sid']

/** Reads `show stat` or `/stats;csv`: the rows of backends and servers. Throws `malformed` for a wrong header or a cut row. */
export function parseStat(text: string): { pools: StatRow[]; servers: StatRow[] } {
  if (!text.startsWith('# pxname,')) throw malformed('the statistics are to begin with "# pxname,"', text)
  const [columns, ...rows] = csv(text.slice(2))
  for (const name of NEEDED) if (!columns!.includes(name)) throw malformed(`the statistics have no column ${name}`, text)
  const maps = rows.map((row): StatRow => {
    if (row.length !== columns!.length) throw malformed(`a row of the statistics is to have ${columns!.length} columns`, row.join(','))
    return new Map(columns!.map((name, index) => [name, row[index]!]))
  })
  const servers = maps.filter((row) => row.get('type') === '2')
  const withServers = new Set(servers.map((row) => row.get('pxname')))
  return { servers, pools: maps.filter((row) => row.get('type') === '1' && withServers.has(row.get('pxname'))) }
}

function csv(text: string): string[][] {
  try {
    return parse(text, { relax_column_count: true, skip_empty_lines: true }) as string[][]
  } catch (error) {
    throw malformed(`the statistics are no CSV (${(error as Error).message.slice(0, 80)})`, text)
  }
}

/** What a server's status column says. A server of weight 0 shows as DRAIN too. `no check` counts as up: HAProxy sends it requests. */
export function stateOf(row: StatRow): ServerState {
  const status = row.get('status') ?? ''
  if (/^(UP|NOLB|no check)/.test(status)) return 'up'
  if (status.startsWith('DOWN')) return 'down'
  if (status.startsWith('DRAIN')) return 'drain'
  if (status.startsWith('MAINT')) return 'maint'
  throw malformed(`${row.get('pxname')}/${row.get('svname')} is to be UP, DOWN, DRAIN, MAINT or "no check"`, status)
}

export const poolOf = (row: StatRow) => printable(row.get('pxname') ?? '')
export const serverOf = (row: StatRow) => printable(row.get('svname') ?? '')
export const isBackup = (row: StatRow) => row.get('bck') === '1'
export const numbersIn = (row: StatRow) => numbersOf(`${row.get('pxname')}/${row.get('svname')}`, (name) => row.get(name))

/** Weights as set and as in force. In force is 0 for a server that takes no new requests, and for a backup while an active one serves. */
export function weightsOf(row: StatRow, idleBackup: boolean): { weightSet: number; weightEffective: number } {
  const { needed, optional } = numbersIn(row)
  const inForce = needed('weight')
  return { weightSet: optional('uweight') ?? inForce, weightEffective: stateOf(row) === 'up' && !idleBackup ? inForce : 0 }
}

/** Pools in which an active server is up, so that its backups idle. */
export function poolsWithActive(servers: StatRow[]): Set<string> {
  return new Set(servers.filter((row) => !isBackup(row) && stateOf(row) === 'up').map(poolOf))
}

/** The canonical series of all pools and servers; a pool's own row has no `server` label. */
export function statSamples({ pools, servers }: ReturnType<typeof parseStat>): Reading[] {
  const { list, add } = readings()
  const active = poolsWithActive(servers)
  for (const row of pools) addRow(add, row, { pool: poolOf(row) }, false)
  for (const row of servers) {
    const labels = { pool: poolOf(row), server: serverOf(row) }
    addRow(add, row, labels, true)
    const { weightSet, weightEffective } = weightsOf(row, isBackup(row) && active.has(labels.pool))
    add('pool_weight_set', weightSet, labels)
    add('pool_weight_effective', weightEffective, labels)
  }
  return list
}

function addRow(add: ReturnType<typeof readings>['add'], row: StatRow, labels: Record<string, string>, isServer: boolean): void {
  const { needed, optional } = numbersIn(row)
  const requests = needed('stot')
  add('pool_requests_total', requests, labels)
  add('pool_errors_total', errorsOf(row, isServer), labels)
  add('pool_retries_total', optional('wretr'), labels)
  add('pool_sessions', needed('scur'), labels)
  add('pool_queue', optional('qcur'), labels)
  // A backend's is `fullconn`, at which servers begin to use up their maxconn: no limit.
  if (isServer) add('pool_sessions_max', optional('slim'), labels)
  add('pool_checks_failed_total', optional('chkfail'), labels)
  add('pool_downs_total', optional('chkdown'), labels)
  // A server in maintenance is not checked: that is a gap, neither up nor down.
  const state = stateOf(row)
  if (state !== 'maint') add('pool_up', state === 'down' ? 0 : 1, labels)
  addTimes(add, row, labels, requests)
  const kind = isServer ? 'server' : 'backend'
  add(`haproxy_${kind}_loadbalanced_total`, optional('lbtot'), labels)
  add(`haproxy_${kind}_redispatch_warnings_total`, optional('wredis'), labels)
  add(`haproxy_${kind}_client_aborts_total`, optional('cli_abrt'), labels)
  add(`haproxy_${kind}_server_aborts_total`, optional('srv_abrt'), labels)
  add(`haproxy_${kind}_bytes_in_total`, optional('bin'), labels)
  add(`haproxy_${kind}_bytes_out_total`, optional('bout'), labels)
}

// Each request moves the mean by 1/512 of its difference: `TIME_STATS_SAMPLES` in HAProxy's defaults.h, though the manual speaks of 1,024.
const SMOOTHING_REQUESTS = 512

/** Smoothed means, in ms; 0 before the first is no time at all, and TCP mode has no response time. */
function addTimes(add: ReturnType<typeof readings>['add'], row: StatRow, labels: Record<string, string>, requests: number): void {
  if (requests === 0) return
  const { optional } = numbersIn(row)
  const seconds = (column: string) => {
    const ms = optional(column)
    return ms === undefined ? undefined : ms / 1_000
  }
  add('pool_queue_seconds', seconds('qtime'), labels)
  add('pool_connect_seconds', seconds('ctime'), labels)
  add('pool_total_seconds', seconds('ttime'), labels)
  if (row.get('mode') === 'tcp') return
  add('pool_response_seconds', seconds('rtime'), labels)
  add('pool_response_smoothing', SMOOTHING_REQUESTS, labels)
}

/**
 * Failed requests. A server's row counts 5xx that the server itself sent; what it did not answer is in `econ` and `eresp`, for which
 * HAProxy sent the 5xx. The backend's row counts all 5xx, HAProxy's own among them, so that adding the others would count them twice.
 */
function errorsOf(row: StatRow, isServer: boolean): number | undefined {
  const { optional } = numbersIn(row)
  const status = optional('hrsp_5xx')
  const failures = (optional('econ') ?? 0) + (optional('eresp') ?? 0)
  if (status === undefined) return failures
  return isServer ? status + failures : status
}
