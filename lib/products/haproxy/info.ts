import { malformed } from '../../model/error.ts'
import type { Reading } from '../../model/series.ts'
import { numbersOf, printable, readings } from '../answers.ts'

export type HaproxyInfo = {
  version: string
  pid: number
  uptimeSeconds: number
  /** The number of processes: up to 2.4 there may be several (`nbproc`), each of which reports its own numbers alone. */
  processes: number
  samples: Reading[]
}

/** `show info`'s field -> the name that HAProxy's own Prometheus exporter gives it. */
const EXPORTER: [field: string, metric: string][] = [
  ['Uptime_sec', 'haproxy_process_uptime_seconds'],
  ['Maxconn', 'haproxy_process_max_connections'],
  ['CurrConns', 'haproxy_process_current_connections'],
  ['CumConns', 'haproxy_process_connections_total'],
  ['CumReq', 'haproxy_process_requests_total'],
  ['Run_queue', 'haproxy_process_current_run_queue'],
  ['Idle_pct', 'haproxy_process_idle_time_percent'],
  ['DroppedLogs', 'haproxy_process_dropped_logs_total'],
  ['FailedResolutions', 'haproxy_process_failed_resolutions'],
]

/** Reads `show info`. */
export function parseInfo(text: string): HaproxyInfo {
  const fields = new Map(
    text.split('\n').flatMap((line) => {
      const colon = line.indexOf(': ')
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 2).trim()] as const] : []
    }),
  )
  const version = fields.get('Version')
  if (version === undefined) throw malformed('`show info` is to tell a Version', text)
  const { needed, optional } = numbersOf('show info', (name) => fields.get(name))
  const { list, add } = readings()
  for (const [field, metric] of EXPORTER) add(metric, optional(field))
  return {
    version: printable(version.slice(0, 60)),
    pid: needed('Pid'),
    uptimeSeconds: needed('Uptime_sec'),
    processes: optional('Nbproc') ?? 1,
    samples: list,
  }
}

/**
 * One text for one run of the process, `PID@START`. The start is known to the second only, so that the one first seen is kept while
 * the pid stays and the uptime does not fall.
 */
export function runIdOf(info: HaproxyInfo, at: number, cursor: string | null): { runId: string; cursor: string } {
  const [runId, uptime] = cursor?.split(' ') ?? []
  const same = runId?.startsWith(`${info.pid}@`) && info.uptimeSeconds >= Number(uptime)
  const now = same ? runId! : `${info.pid}@${Math.round(at / 1_000 - info.uptimeSeconds)}`
  return { runId: now, cursor: `${now} ${info.uptimeSeconds}` }
}
