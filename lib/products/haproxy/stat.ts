import { parse } from 'csv-parse/sync'
import { malformed } from '../../model/error.ts'
import { type LeftOut, withinLimits } from '../../model/limits.ts'
import type { Reading } from '../../model/series.ts'
import type { ServerState } from '../../model/topology.ts'
import { printable, readings } from '../answers.ts'

/** A row of the statistics: a column by its name. */
export type StatRow = { get(column: string): string | undefined }

const NEEDED = ['pxname', 'svname', 'scur', 'stot', 'status', 'weight', 'type', 'lbtot', 'sid']

/** A row that could not be read, with its owner as far as that is known: `app/b`. */
export type BadRow = { pool: string; row: string; isServer: boolean; because: string }

export type Stat = {
  pools: StatRow[]
  /** Those of the pools that are read. */
  servers: StatRow[]
  frontends: StatRow[]
  /** Rows of servers and pools that could not be read, of so many in all. */
  bad: BadRow[]
  all: number
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
 * Reads `show stat` or `/stats;csv`: the rows of backends and servers, within the limits of one target. A row that cannot be read costs itself
 * alone. Throws `malformed` for a wrong header, an answer that was cut off, and where no row can be read.
 */
export function parseStat(text: string): Stat {
  if (!text.startsWith('# pxname,')) throw malformed('the statistics are to begin with "# pxname,"', text)
  if (!text.endsWith('\n')) throw malformed('the statistics are to end with a line feed: they were cut off', text.slice(-200))
  const lines = text.slice(2).split(/\r?\n/)
  const names = lines[0]!.split(',')
  const columns = new Map(names.map((name, index) => [name, index]))
  for (const name of NEEDED) if (!columns.has(name)) throw malformed(`the statistics have no column ${name}`, text)
  const rows: { [type: string]: Row[] } = { '0': [], '1': [], '2': [] }
  const bad: BadRow[] = []
  const type = columns.get('type')!
  for (const { fields, torn } of rowsIn(lines, names.length)) {
    const because = torn ? 'a quote in it does not end' : wrongIn(fields, names.length, columns)
    if (because === null) rows[fields[type]!]?.push(new Row(fields, columns))
    else if (because) bad.push({ pool: printable(fields[0]!), row: nameOf(fields), isServer: fields[1] !== 'BACKEND', because })
  }
  return { ...statOf(rows['1']!, rows['2']!, bad, lines[1] ?? ''), frontends: rows['0']! }
}

/** Rows within the limits of one target, from wherever they came. Throws `malformed` where none of them could be read. */
export function statOf(pools: StatRow[], servers: StatRow[], bad: BadRow[], text: string): Omit<Stat, 'frontends'> {
  const all = pools.length + servers.length + bad.length
  if (bad.length > 0 && bad.length === all) throw malformed(`no row of the statistics can be read: ${bad[0]!.because}`, text)
  const sizes = new Map<string, number>()
  for (const row of servers) sizes.set(row.get('pxname')!, (sizes.get(row.get('pxname')!) ?? 0) + 1)
  const { named, read, left } = withinLimits([...sizes].map(([name, count]) => ({ name, servers: count })))
  const has = (set: Set<string>) => (row: StatRow) => set.has(row.get('pxname')!)
  return {
    pools: pools.filter(has(named)),
    servers: servers.filter(has(read)),
    bad,
    all,
    left,
    serversLeft: new Map([...sizes].filter(([name]) => !read.has(name)).map(([name, count]) => [printable(name), count])),
  }
}

/** Lines that one row may run over: a check's answer is quoted with its line feeds. */
const ROW_LINES = 20

/** The fields of each row. A line whose quote ends nowhere, or only where the row would have other columns, is a row of its own, a torn one. */
function* rowsIn(lines: readonly string[], columns: number): Generator<{ fields: string[]; torn: boolean }> {
  for (let at = 1; at < lines.length; at++) {
    // A copy: what is cut out of a text keeps all of it in memory for as long as a series has its name from there.
    const line = Buffer.from(lines[at]!).toString()
    if (line === '') continue
    // Almost none has quotes, and then a comma is a comma.
    let fields = line.includes('"') ? fieldsOf(line) : line.split(',')
    let row = line
    let next = at
    while (fields === null && next + 1 < Math.min(lines.length, at + ROW_LINES)) {
      row += `\n${lines[++next]}`
      fields = fieldsOf(row)
    }
    const torn = fields === null || (next > at && fields.length !== columns)
    yield { fields: torn ? line.split(',') : fields!, torn }
    if (!torn) at = next
  }
}

/** The fields of a row with quotes; null where one does not end. */
function fieldsOf(line: string): string[] | null {
  try {
    return (parse(line, { relax_column_count: true }) as string[][])[0] ?? []
  } catch {
    return null
  }
}

const nameOf = ([pool = '', server = '']: string[]) => printable(`${pool}/${server}`.slice(0, 120))

/** Why a row of a server or a pool cannot be read; null where it can; the empty text of other rows. */
function wrongIn(fields: string[], columns: number, column: ReadonlyMap<string, number>): string | null {
  if (fields.length !== columns) return fields[1] === 'FRONTEND' ? '' : `${fields.length} columns instead of ${columns}`
  const of = (name: string) => fields[column.get(name)!]!
  if (of('type') === '0') return null
  if (of('type') !== '1' && of('type') !== '2') return ''
  return wrongValue(of)
}

/** Why the values of a server or pool cannot be read; null where they can. */
export function wrongValue(of: (column: string) => string): string | null {
  for (const name of NUMBERS) if (!isCount(of(name))) return `${name} is ${JSON.stringify(printable(of(name).slice(0, 40)))}, not a number`
  if (knownState(of('status')) === null) return `its status is ${JSON.stringify(printable(of('status').slice(0, 40)))}`
  return null
}

const NUMBERS = ['scur', 'stot', 'weight', 'sid']
const isCount = (text: string) => /^\d+$/.test(text) && Number(text) <= Number.MAX_SAFE_INTEGER

/** What a server's status column says. A server of weight 0 shows as DRAIN too. `no check` counts as up: HAProxy sends it requests. */
export const stateOf = (row: StatRow): ServerState => knownState(row.get('status') ?? '') ?? 'down'

function knownState(status: string): ServerState | null {
  if (/^(UP|NOLB|no check)/.test(status)) return 'up'
  if (status.startsWith('DOWN')) return 'down'
  if (status.startsWith('DRAIN')) return 'drain'
  return status.startsWith('MAINT') ? 'maint' : null
}

export const poolOf = (row: StatRow) => printable(row.get('pxname') ?? '')
export const serverOf = (row: StatRow) => printable(row.get('svname') ?? '')
export const isBackup = (row: StatRow) => row.get('bck') === '1'

/** The numbers of a row that was read: what is needed is there. What no count or time can be (below 0, words, beyond what is exact) is none. */
export const numbersIn = (row: StatRow) => ({
  optional: (name: string): number | undefined => {
    const text = row.get(name)
    return text !== undefined && isCount(text) ? Number(text) : undefined
  },
  needed: (name: string) => Number(row.get(name)),
})

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
  // By `http-request deny` or `tarpit`, as stick tables are used for limits. A server's row has none.
  if (!isServer) add('pool_shed_total', optional('dreq'), labels)
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

/** A mean beyond this is none: HAProxy counts times in signed 32 bits, and negative ones have shown as large ones. */
const TIME_MAX_MS = 2 ** 31

/** Smoothed means, in ms; 0 before the first is no time at all, and TCP mode has no response time. */
function addTimes(add: ReturnType<typeof readings>['add'], row: StatRow, labels: Record<string, string>, requests: number): void {
  if (requests === 0) return
  const { optional } = numbersIn(row)
  const seconds = (column: string) => {
    const ms = optional(column)
    return ms === undefined || ms >= TIME_MAX_MS ? undefined : ms / 1_000
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
