import { quantile } from '../../math/robust.ts'
import { malformed } from '../../model/error.ts'
import type { Probe } from '../../model/product.ts'
import type { Reading } from '../../model/series.ts'
import { fieldsOf } from '../accessLog/fields.ts'
import { LineCounts } from '../accessLog/lineCounts.ts'
import type { Loss } from '../accessLog/loss.ts'
import { logPlaceOf } from '../accessLog/place.ts'
import { type LogSource, openLog } from '../accessLog/source.ts'
import { readings } from '../answers.ts'
import type { VarnishLink } from './link.ts'

/** The line that varnishncsa is to write (`-b -c -F`), as the page of the product shows it. */
export const LOG_FORMAT =
  '{"side":"%{Varnish:side}x","handling":"%{Varnish:handling}x","ttfb":"%{Varnish:time_firstbyte}x","backend":"%{VSL:BackendOpen[2]}x"}'

/** How Varnish answered, as `%{Varnish:handling}x` says it. */
const HANDLINGS = new Set(['hit', 'miss', 'pass', 'pipe', 'error', 'synth'])
const BACKENDS_MAX = 500
/** Times of one look: beyond so many a quantile does not change. */
const TIMES_MAX = 5_000
/** Fewer say little of the slowest twentieth. */
const P95_LEAST = 20

type Times = { total: number; count: number; seconds: number; sample: number[] }
const none = (): Times => ({ total: 0, count: 0, seconds: 0, sample: [] })

/** What varnishncsa's lines say, between two polls: times of answers by how they came about, and of fetches by backend. In bounded memory. */
export class RequestTimes {
  readonly counts: LineCounts
  readonly #handlings = new Map<string, Times>()
  readonly #backends = new Map<string, Times>()

  constructor(now: number) {
    this.counts = new LineCounts(now)
  }

  take(line: string): void {
    const read = fieldsOf(line)
    if (typeof read === 'string') {
      this.counts.add(read)
      return
    }
    const { fields, mended } = read
    const [side, handling = '', backend = ''] = ['side', 'handling', 'backend'].map((name) => fields.get(name))
    const seconds = Number(fields.get('ttfb') || Number.NaN)
    const known = side === 'c' ? HANDLINGS.has(handling) : side === 'b'
    this.counts.add(known ? (mended ? 'mended' : 'read') : 'format')
    if (!known) return
    const of = side === 'c' ? this.#handlings : this.#backends
    const name = side === 'c' ? handling : backend
    // A fetch that reached no backend is nobody's time.
    if (name === '' || name === '-') return
    const times = of.get(name) ?? none()
    if (!of.has(name)) {
      if (of.size >= BACKENDS_MAX) return
      of.set(name, times)
    }
    times.total++
    if (!Number.isFinite(seconds) || seconds < 0) return
    times.count++
    times.seconds += seconds
    if (times.sample.length < TIMES_MAX) times.sample.push(seconds)
  }

  /** Lines are missing: what came since the last look is no mean of all. */
  gap(): void {
    for (const times of [...this.#handlings.values(), ...this.#backends.values()])
      Object.assign(times, { count: 0, seconds: 0, sample: [] })
  }

  /** The readings since the last look, and the next one begins. `poolOf`: the pool of each backend. */
  look(now: number, poolOf: Readonly<Record<string, string>>): { samples: Reading[]; loss: Loss } {
    const loss = this.counts.look(now)
    const { list, add } = readings()
    for (const [handling, times] of this.#handlings) {
      add('varnish_requests_total', times.total, { handling })
      if (times.count > 0) add('varnish_response_seconds', times.seconds / times.count, { handling })
      if (times.sample.length >= P95_LEAST) add('varnish_response_seconds_p95', quantile(times.sample, 0.95) ?? undefined, { handling })
    }
    for (const [server, { count, seconds }] of this.#backends) {
      const pool = Object.hasOwn(poolOf, server) ? poolOf[server] : undefined
      if (pool !== undefined && count > 0) add('pool_response_seconds', seconds / count, { pool, server })
    }
    this.gap()
    return { samples: loss.fair ? list : [], loss }
  }
}

export type VarnishLog = { source: LogSource | null; times: RequestTimes }
export const openVarnishLog = (): VarnishLog => ({ source: null, times: new RequestTimes(performance.now()) })

const LOG = 'access log'
type LogRead = { samples: Reading[]; lines: number; bad: number; loss: Loss }

/** No counter of Varnish tells how long answers take: its log does. */
export const accessLog: Probe<VarnishLink, LogRead> = {
  id: 'access-log',
  feature: LOG,
  emits: { metrics: ['pool_response_seconds'] },
  everyMs: 1_000,
  cost: 'varnishncsa, which reads shared memory, writes a line a request and a line a fetch',
  wanted: ({ config }) => (config.accessLog ? true : 'no `accessLog` in the configuration: how long answers take is not seen'),
  async read({ config, log, listed }) {
    log.source ??= openLog(logPlaceOf(config.accessLog!)!, {
      line: (line) => log.times.take(line),
      gap: () => log.times.gap(),
      lost: () => log.times.gap(),
    })
    await log.source.pull()
    const { lines, bad } = log.times.counts
    return { ...log.times.look(performance.now(), listed?.poolOf ?? {}), lines, bad }
  },
  parse({ samples, lines, bad, loss }) {
    if (lines > 0 && bad === lines)
      throw malformed('no line of the access log is JSON with "side" and "handling": varnishncsa is to run with the format of the product’s page', '') // biome-ignore format: one line
    return {
      samples,
      records: [],
      topology: { capabilities: loss.because ? [{ feature: LOG, available: loss.fair, because: loss.because }] : [] },
    }
  },
}
