import { createHash } from 'node:crypto'
import { malformed } from '../../../model/error.ts'
import { shown, wordOf } from '../../answers.ts'
import { wholeOf } from '../replyText.ts'

/** Keys of an answer that are read; a server lists at most 64. */
const KEYS_MAX = 64
const KEY_MAX = 512

/** One session of Redis's HOTKEYS: CPU time and bytes of the keys that cost most, of one command in `sampleRatio`. */
export type HotkeysSession = {
  dialect: 'redis'
  active: boolean
  sampleRatio: number
  /** Epoch ms by the server's clock: which session it is. */
  startedAt: number
  durationMs: number
  /** CPU time of all commands with keys, sampled or not, in µs. */
  cpuUs: number
  byCpu: [key: string, us: number][]
  byBytes: [key: string, bytes: number][]
}

/** The last window that Valkey's HOTKEYS has completed: accesses a second. */
export type HotkeysWindow = { dialect: 'valkey'; keys: { key: string; db: number; perSecond: number }[] }

/**
 * What HOTKEYS GET answers, as text at every depth. Two programs gave one name to two commands: Redis 8.6 answers a session that somebody has
 * started (src/hotkeys.c), as a map in a list of one; Valkey after 9.1 answers rows of `key`, `db` and `qps` (src/hotkey.c). Null: no session.
 */
export function readHotkeys(answer: unknown): HotkeysSession | HotkeysWindow | null {
  if (answer === null) return null
  if (!Array.isArray(answer)) throw malformed('HOTKEYS GET is to answer a list', shown(answer))
  // Redis 8.6.0 did not wrap its map.
  const session =
    answer[0] === 'tracking-active' ? answer : Array.isArray(answer[0]) && answer[0][0] === 'tracking-active' ? answer[0] : null
  return session ? sessionOf(session) : { dialect: 'valkey', keys: answer.slice(0, KEYS_MAX).map(rowOf) }
}

function sessionOf(pairs: unknown[]): HotkeysSession {
  const fields = mapOf(pairs)
  const number = (name: string) => numberOf(name, fields.get(name))
  return {
    dialect: 'redis',
    active: number('tracking-active') === 1,
    sampleRatio: Math.max(1, number('sample-ratio')),
    startedAt: number('collection-start-time-unix-ms'),
    durationMs: number('collection-duration-ms'),
    // Where slots were selected, only theirs are counted by key.
    cpuUs: number(fields.has('all-commands-selected-slots-us') ? 'all-commands-selected-slots-us' : 'all-commands-all-slots-us'),
    byCpu: countsOf('by-cpu-time-us', fields.get('by-cpu-time-us')),
    byBytes: countsOf('by-net-bytes', fields.get('by-net-bytes')),
  }
}

function rowOf(row: unknown): HotkeysWindow['keys'][number] {
  if (!Array.isArray(row)) throw malformed('HOTKEYS GET is to answer rows of key, db and qps', shown(row))
  const fields = mapOf(row)
  if (!fields.has('key')) throw malformed('a row of HOTKEYS GET is to have a key', shown(row))
  return { key: nameOf(fields.get('key')), db: numberOf('db', fields.get('db')), perSecond: numberOf('qps', fields.get('qps')) }
}

/** Absent: that metric was not asked for. */
function countsOf(name: string, list: unknown): [string, number][] {
  if (list === undefined) return []
  if (!Array.isArray(list) || list.length % 2 !== 0) throw malformed(`HOTKEYS GET: ${name} is to be pairs`, shown(list))
  return Array.from({ length: Math.min(KEYS_MAX, list.length / 2) }, (_, i) => [nameOf(list[2 * i]), numberOf(name, list[2 * i + 1])])
}

function mapOf(pairs: unknown[]): Map<string, unknown> {
  if (pairs.length % 2 !== 0) throw malformed('HOTKEYS GET is to answer pairs of name and value', shown(pairs))
  return new Map(Array.from({ length: pairs.length / 2 }, (_, i) => [wordOf(pairs[2 * i]), pairs[2 * i + 1]]))
}

function numberOf(name: string, value: unknown): number {
  const number = wholeOf(value)
  if (number === null) throw malformed(`HOTKEYS GET: ${name} is to be a whole number`, shown(value))
  return number
}

/** A very long key is cut, with a hash that distinguishes it from others with the same beginning. */
function nameOf(key: unknown): string {
  const text = wordOf(key)
  if (text.length <= KEY_MAX) return text
  return `${text.slice(0, KEY_MAX)}… (${text.length} characters, ${createHash('sha256').update(text).digest('hex').slice(0, 8)})`
}
