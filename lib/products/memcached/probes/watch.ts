import type { Probe } from '../../../model/product.ts'
import type { NewRecord } from '../../../model/record.ts'
import type { KeyReads } from '../../../model/warming.ts'
import { partlyRead, rawRecord } from '../../answers.ts'
import { type HotKeyCount, hottest, remembered } from '../../hotKeys.ts'
import { type Lines, type LinesEnd, listenLines } from '../lines.ts'
import type { MemcachedLink } from '../link.ts'
import { OF_A_PROXY } from '../parts.ts'
import { vitalsOf } from '../vitals.ts'
import { ReadCount } from '../watched.ts'

const COMMAND = 'watch fetchers mutations'
const FEATURE = 'watch'
// What decides is how many lines are heard, not for how long: on a busy server 3 000 come within 100 ms, on a quiet one a second of listening
// costs as little. The server's logger hands lines out every millisecond while many come, and seldom while few do.
const LINES_MAX = 3_000
const BYTES_MAX = 2 * 1_048_576
const SHORTEST_MS = 300
const LONGEST_MS = 1_000
const EVERY_MS = 1_250
const RESTS_MAX_MS = 5_000
const LINES_PER_SECOND = 200

const READS_MAX = 200_000
/** Of the reads: more than that is a storm, and what a server does then is not its usual day. */
const EVICTIONS_MAX = 0.5
/** From this part of the lines on the page says that some were lost. */
const LOST_SHOWN = 0.01

export type Watched = { lines: Lines; reads: number; lost: number; unread: string[]; hot: HotKeyCount[]; names?: KeyReads }

/** `watch` in bursts: which keys are read most. The server drops lines rather than wait for a watcher: how many is shown. */
export const watch: Probe<MemcachedLink, Watched | null> = {
  id: 'watch',
  feature: FEATURE,
  emits: { records: ['hot-key'] },
  everyMs: EVERY_MS,
  cost: 'up to 3 µs of CPU for each read or write heard, about 200 a second on average; a burst ends after 3 000 lines, 2 MB or 300 ms (up to 1 s on a quiet server)',
  timeoutMs: 4_000,
  wanted({ config, seen }) {
    if (config.monitor === 'never')
      return config.role === 'store' ? 'a store is not listened to: "monitor: never"' : 'the configuration says "monitor: never"'
    if (config.monitor === 'ask') return 'an admin has not allowed it yet (Keys page, or "monitor: bursts" in the configuration)'
    if (seen === null) return 'waits for stats'
    if (seen.proxy) return OF_A_PROXY
    const { readsPerSecond, evictedPerSecond } = seen
    if (readsPerSecond !== null && readsPerSecond > READS_MAX) return `the server is too busy: ${Math.round(readsPerSecond)} reads a second`
    if (evictedPerSecond !== null && evictedPerSecond > Math.max(1_000, EVICTIONS_MAX * (readsPerSecond ?? 0)))
      return `the server is busy evicting: ${Math.round(evictedPerSecond)} keys a second`
    return true
  },
  async read(link, _cursor, signal) {
    const now = performance.now()
    const { seen, watched, config, client } = link
    if (now < watched.dueAt) return null
    const runId = seen?.runId ?? ''
    if (watched.runId !== runId) link.watched = { runId, bursts: [], dueAt: 0 }
    const count = new ReadCount({ named: config.warm !== undefined })
    const limits = { lines: LINES_MAX, bytes: BYTES_MAX, ms: lengthOf(link) }
    const lines = await listenLines(config, COMMAND, limits, (line) => count.take(line), signal)
    const { keys, reads, names } = count.reads()
    link.watched.bursts = remembered(link.watched.bursts, { at: Date.now(), ms: lines.ms, reads, keys })
    link.watched.dueAt = now + Math.min(RESTS_MAX_MS, (lines.lines / LINES_PER_SECOND) * 1_000) - EVERY_MS / 2
    const after = vitalsOf(await client.stats('stats', signal), performance.now(), Date.now(), null)
    const dropped = seen && after.runId === runId ? after.lost - seen.lost : Number.NaN
    return {
      lines,
      reads,
      lost: Math.max(count.skipped, dropped > 0 ? dropped : 0),
      unread: count.unread.slice(0, 20),
      hot: hottest(link.watched.bursts),
      ...(names && { names }),
    }
  },
  parse(raw, { at }) {
    if (raw === null) return { samples: [], records: [], topology: {} }
    const { lines, reads, lost, unread, hot } = raw
    const records = hot.map((key): NewRecord => ({ kind: 'hot-key', id: key.key, at, method: 'watch', ...key }))
    const summary = `${lines.lines} lines in ${Math.round(lines.ms)} ms, ${lines.bytes} bytes; ${reads} reads; ${lost} lines lost at the server; ended by ${ENDS[lines.ended]}`
    const [capability] = partlyRead(FEATURE, unread, lines.lines)
    const because = [
      capability!.because,
      lost > LOST_SHOWN * lines.lines && `${lost} of ${lost + lines.lines} lines of the last burst were lost at the server`,
    ]
      .filter(Boolean)
      .join('; ')
    return {
      samples: [],
      records: [...records, rawRecord('watch', at, summary)],
      topology: { capabilities: [{ feature: FEATURE, available: true, ...(because ? { because } : {}) }] },
      ...(raw.names && { keyReads: raw.names }),
    }
  },
}

const ENDS: Record<LinesEnd, string> = {
  end: 'the server',
  lines: 'the limit of lines',
  time: 'the limit of time',
  bytes: 'the limit of bytes',
}

/** Long enough for a beat's part of the reads at their present rate. */
function lengthOf({ seen }: MemcachedLink): number {
  const wanted = (LINES_PER_SECOND * EVERY_MS) / Math.max(1, seen?.readsPerSecond ?? 0)
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, wanted))
}
