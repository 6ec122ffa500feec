import { z } from 'zod'
import { malformed } from '../../../model/error.ts'
import { firstWrong, printable, readings } from '../../answers.ts'
import type { HaproxyInfo } from '../info.ts'
import type { StateRow } from '../serversState.ts'
import { type BadRow, type Stat, type StatRow, statOf, wrongValue } from '../stat.ts'
import { jsonOf } from './api.ts'

const count = z.int().nonnegative()
/** The specification calls them `x-nullable`. */
const optional = count.nullish()

function checked<T>(schema: z.ZodType<T>, text: string, what: string): T {
  const parsed = schema.safeParse(jsonOf(text, what))
  if (!parsed.success) throw malformed(`${what} of the Data Plane API: ${firstWrong(parsed.error)}`, text)
  return parsed.data
}

const native = z.looseObject({
  error: z.string().optional(),
  stats: z
    .array(
      z.looseObject({
        name: z.string().optional(),
        backend_name: z.string().optional(),
        type: z.string().optional(),
        stats: z.record(z.string(), z.unknown()).nullish(),
      }),
    )
    .default([]),
})

/** Texts in which HAProxy may quote a comma. The API cuts a row at each comma, so that all behind a quoted one is another column's. */
const QUOTABLE = ['last_chk', 'last_agt', 'check_desc', 'agent_desc']

/**
 * Reads `GET /stats/native`: the rows of backends and servers as those of `show stat`. A row that cannot be read costs itself alone.
 * Throws `malformed`.
 */
export function parseNative(text: string): Stat {
  const { stats, error } = checked(native, text, 'the statistics')
  if (error) throw malformed(`the Data Plane API has no statistics (${printable(error.slice(0, 120))})`, '')
  const pools: StatRow[] = []
  const servers: StatRow[] = []
  const frontends: StatRow[] = []
  const bad: BadRow[] = []
  for (const { name = '', backend_name = '', type, stats: values } of stats) {
    if (type === 'frontend') frontends.push(rowOf(name, 'FRONTEND', values ?? {}))
    if (type !== 'backend' && type !== 'server') continue
    const isServer = type === 'server'
    const [pool, server] = isServer ? [backend_name, name] : [name, 'BACKEND']
    const row = rowOf(pool, server, values ?? {})
    const because = wrongIn(row)
    if (because === null) (isServer ? servers : pools).push(row)
    else bad.push({ pool: printable(pool), row: printable(`${pool}/${server}`.slice(0, 120)), isServer, because })
  }
  return { ...statOf(pools, servers, bad, text), frontends }
}

/** A column that the API leaves out is absent, as of a HAProxy that has none. */
function rowOf(pool: string, server: string, values: Record<string, unknown>): StatRow {
  const named: Record<string, string> = { pxname: pool, svname: server }
  return {
    get(column) {
      const value = Object.hasOwn(named, column) ? named[column] : Object.hasOwn(values, column) ? values[column] : undefined
      return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
    },
  }
}

function wrongIn(row: StatRow): string | null {
  const cut = QUOTABLE.find((column) => row.get(column)?.startsWith('"'))
  if (cut) return `the API has cut its ${cut} at a comma`
  return wrongValue((column) => row.get(column) ?? '')
}

/** Reads the names of all backends in `GET /stats/native?type=backend`. Throws `malformed`. */
export function parseBackends(text: string): string[] {
  const { stats } = checked(native, text, 'the statistics')
  return [...new Set(stats.flatMap(({ type, name }) => (type === 'backend' && name ? [name] : [])))]
}

const processInfo = z.looseObject({
  error: z.string().optional(),
  info: z
    .looseObject({
      version: z.string(),
      pid: count,
      uptime: count,
      processes: optional,
      max_conn: optional,
      curr_conns: optional,
      cum_conns: optional,
      cum_req: optional,
      run_queue: optional,
      idle_pct: optional,
      dropped_logs: optional,
      failed_resolutions: optional,
    })
    .optional(),
})

/** Reads `GET /runtime/info`. Throws `malformed`. */
export function parseProcessInfo(text: string): HaproxyInfo {
  const { info, error } = checked(processInfo, text, 'the process information')
  if (!info) throw malformed(`the Data Plane API has no process information${error ? ` (${printable(error.slice(0, 120))})` : ''}`, text)
  const { list, add } = readings()
  add('haproxy_process_uptime_seconds', info.uptime)
  add('haproxy_process_max_connections', info.max_conn ?? undefined)
  add('haproxy_process_current_connections', info.curr_conns ?? undefined)
  add('haproxy_process_connections_total', info.cum_conns ?? undefined)
  add('haproxy_process_requests_total', info.cum_req ?? undefined)
  add('haproxy_process_current_run_queue', info.run_queue ?? undefined)
  add('haproxy_process_idle_time_percent', info.idle_pct ?? undefined)
  add('haproxy_process_dropped_logs_total', info.dropped_logs ?? undefined)
  add('haproxy_process_failed_resolutions', info.failed_resolutions ?? undefined)
  return {
    version: printable(info.version.slice(0, 60)),
    pid: info.pid,
    uptimeSeconds: info.uptime,
    processes: info.processes ?? 1,
    samples: list,
  }
}

const runtimeServer = z.looseObject({
  name: z.string().min(1),
  id: z.string().regex(/^\d{1,9}$/),
  backend_name: z.string().optional(),
  address: z.string().default(''),
  port: z.int().nullish(),
  admin_state: z.enum(['ready', 'maint', 'drain']),
  weight: optional,
  uweight: optional,
  iweight: optional,
  srvrecord: z.string().optional(),
})

/** Reads `GET /runtime/backends/POOL/servers`. Throws `malformed`. */
export function parseRuntimeServers(text: string, pool: string): StateRow[] {
  return checked(z.array(runtimeServer), text, `the servers of ${printable(pool.slice(0, 80))}`).map((server) => stateRow(server, pool))
}

function stateRow(server: z.output<typeof runtimeServer>, pool: string): StateRow {
  const { name, id, address, port, admin_state: admin, uweight, iweight, srvrecord } = server
  const weight = server.weight ?? uweight
  return {
    pool,
    server: name,
    id: Number(id),
    address: port ? `${address}:${port}` : address,
    admin,
    ...(srvrecord && srvrecord !== '-' ? { srvRecord: srvrecord } : {}),
    ...(weight == null ? {} : { weight }),
    ...(iweight == null ? {} : { weightInitial: iweight }),
  }
}

const version = z.int().nonnegative()
const transaction = z.looseObject({ id: z.string().regex(/^\S{1,200}$/) })

/** Reads `GET /configuration/version`. Throws `malformed`. */
export const parseVersion = (text: string): number => checked(version, text, 'the version of the configuration')

/** Reads the id of a transaction that was begun. Throws `malformed`. */
export const parseTransaction = (text: string): string => checked(transaction, text, 'the transaction').id

const configured = z.looseObject({ name: z.string(), weight: optional, maintenance: z.enum(['enabled', 'disabled']).optional() })
export type ConfiguredServer = z.output<typeof configured>

const frontend = z.looseObject({ name: z.string(), maxconn: optional })
export type ConfiguredFrontend = z.output<typeof frontend>

/** Reads `GET /configuration/frontends/NAME`, likewise. Throws `malformed`. */
export const parseFrontend = (text: string): ConfiguredFrontend => checked(frontend, text, 'a frontend in the configuration')

/** Reads `GET /configuration/backends/POOL/servers/NAME`, with all that it holds: a `PUT` replaces the whole server. Throws `malformed`. */
export const parseConfigured = (text: string): ConfiguredServer => checked(configured, text, 'a server in the configuration')
