import { malformed } from '../../model/error.ts'
import type { Reading } from '../../model/series.ts'

/** Tengine and modules add names and numbers behind the three of the second line; some proxies cut the blanks at the end of a line. */
const PAGE =
  /^Active connections: *(-?\d+) *\r?\nserver accepts handled requests[\w ]*\r?\n *(-?\d+) +(-?\d+) +(-?\d+)(?: +-?[\d.]+)* *\r?\nReading: *(-?\d+) +Writing: *(-?\d+) +Waiting: *(-?\d+) *\s*$/

const METRICS = [
  'nginx_connections_active',
  'nginx_connections_accepted_total',
  'nginx_connections_handled_total',
  'nginx_http_requests_total',
  'nginx_connections_reading',
  'nginx_connections_writing',
  'nginx_connections_waiting',
]

/** Reads the page of ngx_http_stub_status_module. What cannot be is no number: gauges below zero, which a worker that died leaves behind, also as 2^64 less a few. */
export function parseStubStatus(text: string): Reading[] {
  const found = PAGE.exec(text)
  if (!found) throw malformed(/^\s*[{[]/.test(text) ? JSON_PAGE : 'the status page is to be that of stub_status', text)
  return METRICS.map((metric, index) => ({ metric, value: Number(found[index + 1]) })).filter(
    ({ value }) => value >= 0 && Number.isSafeInteger(value),
  )
}

const JSON_PAGE =
  "the status page is to be that of stub_status, not JSON: the API of NGINX Plus or Angie is not read (VTS's page belongs under `vts`)"
