import { parse } from 'csv-parse/sync'
import { malformed } from '../../model/error.ts'
import { type LeftOut, withinLimits } from '../../model/limits.ts'
import type { Reading } from '../../model/series.ts'
import type { ServerState } from '../../model/topology.ts'
import { numbersOf, printable, readings } from '../answers.ts'

/** A row of the statistics: a column by its name. */
export type StatRow = { get(column: string): string | undefined }

const NEEDED = ['pxname', 'svname', 'scur', 'stot', 'status', 'weight', 'type', 'lbtot', 'sid']

export type Stat = {
  pools: StatRow[]
  /** Those of the pools that are read. */
  servers: StatRow[]
  left: LeftOut | null
  /** How many servers each pool has whose servers are left out. */
  serversLeft: Map<string, number>
}

/** One row: a list and an index, because a map for each of ten thousand rows takes longer than to read them. */
class Row implements StatRow {
  readonly #fields: string[]
  readonly #columns: ReadonlyMap<string, number>
  constructor(fields: string[], columns: ReadonlyMap<string, number>) {
    this.#fields = fields
    this.#columns = columns
  }
  get(column: string): string | undefined {
    const index = this.#columns.get(column)
    return index === undefined ? undefined : this.#fields[index]
  }
}

/**
 * Reads `show stat` or `/stats;csv`: the rows of backends and servers, within the limits of one target. Throws `malformed` for a wrong header
 * or a cut row.
 */
export function parseStat(text: string): Stat {
  if (!text.startsWith('# pxname,')) throw malformed('the statistics are to begin with "# pxname,"', text)
  const lines = recordsIn(text.slice(2))
  const names = fieldsOf(lines.next().value ?? '')
  const columns = new Map(names.map((name, index) => [name, index]))
  for (const name of NEEDED) if (!columns.has(name)) throw malformed(`the statistics have no column ${name}`, text)
  const rows: { [type: string]: Row[] } = { '1': [], '2': [] }
  const [type, proxy] = [columns.get('type')!, columns.get('pxname')!]
  const sizes = new Map<string, number>()
  for (const line of lines) {
    const fields = fieldsOf(line)
    if (fields.length !== names.length) throw malformed(`a row of the statistics is to have ${names.length} columns`, line)
    const [kind, name] = [fields[type]!, fields[proxy]!]
    if (kind === '2') sizes.set(name, (sizes.get(name) ?? 0) + 1)
    rows[kind]?.push(new Row(fields, columns))
  }
  const { named, read, left } = withinLimits([...sizes].map(([name, servers]) => ({ name, servers })))
  const has = (set: Set<string>) => (row: Row) => set.has(row.get('pxname')!)
  return {
    pools: rows['1']!.filter(has(named)),
    servers: rows['2']!.filter(has(read)),
    left,
    serversLeft: new Map([...sizes].filter(([name]) => !read.has(name)).map(([name, servers]) => [printable(name), servers])),
  }
}

/** The lines of a CSV; a line feed within quotes parts none. */
function* recordsIn(text: string): Generator<string> {
  let from = 0
  let quotes = 0
  const quoteFrom = (at: number) => {
    const found = text.indexOf('"', at)
    return found < 0 ? text.length : found
  }
  // Looked for once, not once a line: a text without quotes is searched to its end.
  let quote = quoteFrom(0)
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at)
    const until = end < 0 ? text.length : end
    for (; quote < until; quote = quoteFrom(quote + 1)) quotes++
    at = until + 1
    if (quotes % 2 === 1 && at < text.length) continue
    const line = text.slice(from, until > from && text[until - 1] === '\r' ? until - 1 : until)
    // A copy: what is cut out of a text keeps all of it in memory for as long as a series has its name from there.
    if (line !== '') yield Buffer.from(line).toString()
    from = at
    quotes = 0
  }
}

/** The fields of a line. Almost none has quotes, and then a comma is a comma. */
function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',')
  try {
    return (parse(line, { relax_column_count: true }) as string[][])[0] ?? []
  } catch (error) {
    throw malformed(`the statistics are no CSV (${(error as Error).message.slice(0, 80)})`, line)
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
export function statSamples({ pools, servers }: Pick<Stat, 'pools' | 'servers'>): Reading[] {
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
