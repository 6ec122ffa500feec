import type { Probe } from '../../../model/product.ts'
import type { NewRecord } from '../../../model/record.ts'
import { rawRecord } from '../../answers.ts'
import { unavailableBecause } from '../errors.ts'
import type { RedisLink } from '../link.ts'
import type { BurstEnd } from '../monitor/burst.ts'
import { type Listened, listenOnce } from '../monitor/listener.ts'
import { largeUntil, refusalOf } from '../monitor/refusal.ts'

// MONITOR costs Redis 1.3 to 3.3 µs a command while it runs. What decides is how many commands are heard, not for how long: on a busy
// server 3 000 come in 100 ms, on a quiet one a second of listening costs as little.
const LINES_MAX = 3_000
const BYTES_MAX = 4 * 1_048_576
const LAG_MAX_MS = 250
const SHORTEST_MS = 100
/** Once enough is known: 1 000 at 20 000 a second. */
const SHORTEST_KNOWN_MS = 50
const LONGEST_MS = 1_000
const EVERY_MS = 1_250
const RESTS_MAX_MS = 5_000
/** 3 000 in 15 s; 0.06 % of a core. */
const LINES_PER_SECOND = 200
/** Until so many reads are known bursts do not rest: they tell the ten hottest keys of a busy server within the first ten seconds. */
const READS_FIRST = 15_000

/** MONITOR in bursts: which keys are read most, and by whom. */
export const monitor: Probe<RedisLink, Listened | null> = {
  id: 'monitor',
  feature: 'MONITOR',
  emits: { records: ['hot-key'] },
  everyMs: EVERY_MS,
  cost: '2 to 3 µs of Redis CPU for each command heard, about 200 a second on average; a burst ends after 3 000 commands, 4 MB or 100 ms (up to 1 s on a quiet server)',
  timeoutMs: 4_000,
  wanted(link) {
    const now = performance.now()
    const refusal = refusalOf(link, now)
    if (refusal !== null) return refusal
    const { hotkeys, writes } = link
    // Valkey's counts cost nothing more.
    if (hotkeys.tells && !writes.knows('hotkeys|start')) return 'not needed: HOTKEYS tells more'
    // MONITOR costs more.
    const resting = hotkeys.breaker.resting(now)
    return resting === null ? true : `HOTKEYS was too much for the server: ${resting}`
  },
  async read(link, _cursor, signal) {
    const now = performance.now()
    if (now < link.monitored.dueAt) return null
    const limits = { lines: LINES_MAX, bytes: BYTES_MAX, lagMs: LAG_MAX_MS, ms: lengthOf(link) }
    const listened = await listenOnce(link, limits, signal).catch((error: unknown) => {
      link.deaf = unavailableBecause(error)
      throw error
    })
    link.deaf = null
    if (link.writes.knows('hotkeys|start')) link.monitored.largeUntil = largeUntil(listened.burst, now)
    link.monitored.dueAt = now + restMs(listened.others, known(link)) - EVERY_MS / 2
    return listened
  },
  parse(raw, { at }) {
    if (raw === null) return { samples: [], records: [], topology: {} }
    const { burst, others, reads, hot } = raw
    const records = hot.map((key): NewRecord => ({ kind: 'hot-key', id: key.key, at, method: 'monitor', ...key }))
    const summary = `${burst.lines} commands, ${burst.lines - others} of them ours, in ${Math.round(burst.ms)} ms, ${burst.bytes} bytes; ${reads} keys read; ended by ${ENDS[burst.ended]}`
    return {
      samples: [],
      records: [...records, rawRecord('monitor', at, summary)],
      topology: {},
      ...(raw.names && { keyReads: raw.names }),
    }
  },
}

const ENDS: Record<BurstEnd, string> = {
  lines: 'the limit of commands',
  time: 'the limit of time',
  bytes: 'the limit of bytes',
  lag: 'falling behind',
}

/** Reads that are remembered. */
const known = ({ monitored }: RedisLink): number => monitored.bursts.reduce((sum, { reads }) => sum + reads, 0)

/** How long a server rests after a burst of so many commands. `reads` are remembered. */
export const restMs = (commands: number, reads: number): number =>
  reads < READS_FIRST ? EVERY_MS : Math.min(RESTS_MAX_MS, (commands / LINES_PER_SECOND) * 1_000)

/** Long enough for a beat's part of the commands at the rate of the last burst. */
function lengthOf(link: RedisLink): number {
  const { monitored, seen } = link
  const [last] = monitored.bursts
  const rate = last && last.ms > 0 ? (last.reads / last.ms) * 1_000 : (seen?.opsPerSecond ?? 0)
  const wanted = (LINES_PER_SECOND * EVERY_MS) / Math.max(1, rate)
  return Math.min(LONGEST_MS, Math.max(known(link) < READS_FIRST ? SHORTEST_MS : SHORTEST_KNOWN_MS, wanted))
}
