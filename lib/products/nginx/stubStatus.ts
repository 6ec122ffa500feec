import { malformed } from '../../model/error.ts'
import type { Reading } from '../../model/series.ts'

const PAGE =
  /^Active connections: (\d+) \r?\nserver accepts handled requests\r?\n (\d+) (\d+) (\d+) \r?\nReading: (\d+) Writing: (\d+) Waiting: (\d+) ?\r?\n?$/

const METRICS = [
  'nginx_connections_active',
  'nginx_connections_accepted_total',
  'nginx_connections_handled_total',
  'nginx_http_requests_total',
  'nginx_connections_reading',
  'nginx_connections_writing',
  'nginx_connections_waiting',
]

/** Reads the page of ngx_http_stub_status_module. */
export function parseStubStatus(text: string): Reading[] {
  const found = PAGE.exec(text)
  if (!found) throw malformed('the status page is to be that of stub_status', text)
  return METRICS.map((metric, index) => ({ metric, value: Number(found[index + 1]) }))
}
