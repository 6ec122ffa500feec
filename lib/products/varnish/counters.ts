import { EvenkeelError, malformed } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import { printable } from '../answers.ts'
import { parseExposition } from '../exporters/exposition.ts'

/** Varnish's counters by their names of `varnishstat`: `MAIN.cache_hit`, `SMA.s0.g_bytes`, `VBE.boot.default.req`. */
export type Counters = {
  values: ReadonlyMap<string, number>
  /** Counters that are no number: left out. */
  unread: string[]
  /** From the exporter alone. */
  version?: string
}

/** A number that fell below zero is printed as one of 64 bits. */
const WRAPPED = 2 ** 63
/** The last probes of a backend, a bit each. */
const isBitmap = (name: string) => name.startsWith('VBE.') && name.endsWith('.happy')

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads `varnishstat -j`: since 6.5 the counters stand under `counters`, before beside `timestamp`. Throws `malformed`. */
export function parseStat(text: string): Counters {
  let page: unknown
  try {
    page = parseJson(text)
  } catch {
    throw malformed('varnishstat is to print JSON: its command ends with -j', text)
  }
  if (!isObject(page)) throw malformed('varnishstat -j is to print an object', text)
  const rows = isObject(page.counters) ? page.counters : page
  const values = new Map<string, number>()
  const unread: string[] = []
  for (const [name, row] of Object.entries(rows)) {
    if (!name.includes('.') || isBitmap(name)) continue
    const value = isObject(row) ? row.value : undefined
    if (typeof value === 'number' && value >= 0 && value < WRAPPED) values.set(name, value)
    else unread.push(printable(`${name} ${JSON.stringify(value)}`))
  }
  if (!values.has('MAIN.uptime') && values.size > 0)
    throw new EvenkeelError('unreachable', 'varnishd runs without its cache process: MAIN.uptime is not told')
  if (values.size === 0) throw malformed('varnishstat -j tells no counter', text)
  return { values, unread }
}

/** Series of prometheus_varnish_exporter that it has renamed. */
const RENAMED: Record<string, string> = {
  'main_sessions{dropped}': 'MAIN.sess_dropped',
  'main_sessions{queued}': 'MAIN.sess_queued',
  'main_sessions{conn}': 'MAIN.sess_conn',
  'main_fetch{failed}': 'MAIN.fetch_failed',
}
const STORAGE = /^(sma|smf|smu)_(.+)$/

/** Reads the page of prometheus_varnish_exporter. Throws `unreachable` where it cannot reach its Varnish, `malformed` for another page. */
export function parseExporterPage(text: string, openMetrics = false): Counters {
  const { series, wrongLines, wrong } = parseExposition(text, { openMetrics, wanted: (name) => name.startsWith('varnish_'), at: 0 })
  const values = new Map<string, number>()
  let version: string | undefined
  for (const { labels, points } of series) {
    const name = (labels.__name__ ?? '').slice('varnish_'.length)
    const value = points.at(-1)?.[1]
    if (value === undefined) continue
    if (name === 'version') version = labels.version
    const counter = counterOf(name, labels)
    if (counter && value >= 0 && value < WRAPPED) values.set(counter, value)
  }
  if (series.some(({ labels, points }) => labels.__name__ === 'varnish_up' && points.at(-1)?.[1] === 0))
    throw new EvenkeelError('unreachable', 'its exporter cannot reach it (varnish_up is 0)')
  if (!values.has('MAIN.uptime')) throw malformed('the page is to be of prometheus_varnish_exporter: varnish_main_uptime is missing', text)
  return {
    values,
    unread: wrongLines > 0 ? wrong.map(({ line, because }) => `line ${line}: ${because}`) : [],
    ...(version === undefined ? {} : { version }),
  }
}

function counterOf(name: string, labels: Readonly<Record<string, string>>): string | null {
  const { type, backend } = labels
  const renamed = RENAMED[`${name}{${type}}`]
  if (renamed) return renamed
  const [, kind, field] = STORAGE.exec(name) ?? []
  if (kind && type) return `${kind.toUpperCase()}.${type === 'transient' ? 'Transient' : type}.${field}`
  // It leaves the name of the VCL out.
  if (name.startsWith('backend_') && backend) return `VBE..${backend}.${name.slice('backend_'.length)}`
  if (name.startsWith('main_') && type === undefined) return `MAIN.${name.slice('main_'.length)}`
  if (name.startsWith('mgt_')) return `MGT.${name.slice('mgt_'.length)}`
  return null
}
