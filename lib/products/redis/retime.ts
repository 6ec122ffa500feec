import { duration } from '../../format/format.ts'
import { EvenkeelError, malformed } from '../../model/error.ts'
import { readExpiryName, readSpan } from '../../model/expiry.ts'
import type { Edit, LongWork } from '../../model/product.ts'
import { shown } from '../answers.ts'
import { type Command, createRedisClient, type RedisClient } from './client.ts'
import type { RedisConfig } from './config.ts'
import { unavailableBecause } from './errors.ts'
import { lookedUpBeside } from './ownLookups.ts'
import { askPerKey, ELSEWHERE, isElsewhere } from './perKey.ts'
import { serverNow, type Vitals, vitalsOf } from './vitals.ts'

/** One SCAN of 500 holds Redis for 0.35 ms; what follows it, key by key, lets others in between. */
const COUNT = 500
/** Whether keys end there at all is asked of so many slices: a cliff holds a twentieth of the keys and more. */
const SAMPLE_SLICES = 8
/** A key is given at least so long from its write on. */
const LEAST_MS = 2_000
/** The rest of one core is the applications'. */
const CPU_MOST = 0.8
/** An answer that takes longer waits behind others. */
const SLOW_MS = 50

const SCRIPT = `if redis.call('PEXPIRETIME', KEYS[1]) == tonumber(ARGV[1]) then return redis.call('PEXPIREAT', KEYS[1], ARGV[2]) end return 0`

/** What is sent for a step, for people to read. */
export const retimeCommands = ({ glob }: { glob: string }): string[] => [
  `SCAN CURSOR MATCH ${word(glob)} COUNT ${COUNT}`,
  'PEXPIRETIME KEY',
  `EVAL "${SCRIPT}" 1 KEY END-NOW NEW-END`,
]

/** A word as redis-cli reads it. Names of keys are other people's texts: a line break in one would begin a command when it is pasted. */
function word(text: string): string {
  if (/^[^\s"'\\\p{C}]+$/u.test(text)) return text
  const escaped = text
    .replace(/["\\]/g, '\\$&')
    .replace(/[\p{C}\u2028\u2029]/gu, (sign) => Buffer.from(sign).toString('hex').replace(/../g, '\\x$&'))
  return `"${escaped}"`
}

/**
 * Gives keys that end together other ends. Of the keys that match the setting's glob, those that end within its span and no others: each
 * gets an end drawn evenly from the value's begin to its own present end, or as much later as the value's span ends after the setting's.
 * An edit's name is the key's bytes as latin1; its two values are the key's end, epoch ms.
 */
export function retime(config: RedisConfig, edit: Edit): LongWork {
  const { span, glob } = readExpiryName(edit.name)!
  const wanted = readSpan(edit.value)!
  const later = Math.max(0, wanted.to - span.to)
  const client = createRedisClient(config)
  let seen: Vitals | null = null
  let slowMs = 0

  async function vitals(signal: AbortSignal): Promise<Vitals> {
    const asked = performance.now()
    const text = await client.call(['INFO'], signal)
    slowMs = Math.round(performance.now() - asked)
    seen = vitalsOf(String(text), performance.now(), seen, { has: () => false })
    return seen
  }

  return {
    title: `Spread the end of ${glob} over ${duration(wanted.to - wanted.from)}`,
    // Where ends are drawn before those that there were, the last of them is over by then.
    effect: { from: Math.min(wanted.from, span.from), to: wanted.to },
    undoableUntil: span.to,
    async busy(signal) {
      const { cpu } = await vitals(signal)
      if (cpu !== null && cpu > CPU_MOST) return `it uses ${Math.round(cpu * 100)} % of its core`
      return slowMs > SLOW_MS ? `it takes ${slowMs} ms to answer` : null
    },
    async look(cursor, signal) {
      if (config.role !== 'cache') throw new EvenkeelError('not_allowed', `${config.name} is a store: its keys are left alone.`)
      const { runId, keys } = seen ?? (await vitals(signal))
      if (serverNow(seen) >= span.to) return { edits: [], cursor: null, progress: 1 }
      const before = readCursor(cursor)
      // Another run walks its keys in another order: what was seen of the one before says nothing.
      const { at, visited } = before?.runId === runId ? before : { at: '0', visited: 0 }
      const slice = await scan(client, at, glob, signal)
      const from = Math.max(wanted.from, serverNow(seen) + LEAST_MS)
      const edits = slice.keys.flatMap(({ key, end }): Edit[] => {
        const to = Math.min(wanted.to, end + later)
        if (end < span.from || end >= span.to || to <= from) return []
        return [{ name: key.toString('latin1'), expect: String(end), value: String(Math.floor(from + Math.random() * (to - from))) }]
      })
      const next = visited + COUNT
      return {
        edits,
        cursor: slice.next === '0' ? null : `${runId} ${slice.next} ${next}`,
        progress: slice.next === '0' ? 1 : Math.min(0.99, next / Math.max(1, keys ?? 0)),
      }
    },
    async write(edits, signal) {
      const now = serverNow(seen ?? (await vitals(signal)))
      // An end that is over would delete the key at once, and all of them together.
      const due = edits.filter(({ value }) => Number(value) > now)
      const answers = await client.pipeline(
        due.map(({ name, expect, value }): Command => ['EVAL', SCRIPT, 1, Buffer.from(name, 'latin1'), expect, value]),
        signal,
      )
      const first = answers.find((answer) => answer instanceof Error && !isElsewhere(answer))
      if (first instanceof Error && answers.every((answer) => answer instanceof Error)) throw refused(first)
      lookedUpBeside(client.address, answers.filter((answer) => typeof answer === 'number').length, 0)
      return answers.filter((answer) => answer === 1).length
    },
    close: () => client.close(),
  }
}

/** Whether some key that matches ends within the span, as far as a bounded sample tells. */
export async function endsWithin(client: RedisClient, name: string, signal: AbortSignal): Promise<boolean> {
  const { span, glob } = readExpiryName(name)!
  let at = '0'
  for (let slice = 0; slice < SAMPLE_SLICES; slice++) {
    const { next, keys } = await scan(client, at, glob, signal)
    if (keys.some(({ end }) => end >= span.from && end < span.to)) return true
    if (next === '0') return false
    at = next
  }
  return false
}

type Ending = { key: Buffer; end: number }
/** PEXPIRETIME of a key that is not there any more. */
const GONE = -2

/** One slice of the keys that match, each with its end; those without a TTL, or gone since, are left out. */
async function scan(client: RedisClient, cursor: string, glob: string, signal: AbortSignal): Promise<{ next: string; keys: Ending[] }> {
  const answer = await client.callBytes(['SCAN', cursor, 'MATCH', glob, 'COUNT', COUNT], signal)
  const [next, found] = Array.isArray(answer) ? answer : []
  if (!Buffer.isBuffer(next) || !/^\d{1,20}$/.test(next.toString()) || !Array.isArray(found) || !found.every(Buffer.isBuffer))
    throw malformed('SCAN is to answer [cursor, [keys]]', shown(answer))
  const answers = await askPerKey(
    { client, seen: null },
    found.map((key): Command => ['PEXPIRETIME', key]),
    (answer) => answer,
    signal,
  ).catch((error: unknown) => {
    throw error instanceof Error ? refused(error) : error
  })
  const gone = answers.filter((end) => end === GONE).length
  lookedUpBeside(client.address, answers.filter((end) => end !== ELSEWHERE).length - gone, gone)
  const keys = (found as Buffer[]).flatMap((key, i): Ending[] => {
    const end = answers[i]
    return end !== ELSEWHERE && typeof end === 'number' && end >= 0 ? [{ key, end }] : []
  })
  return { next: next.toString(), keys }
}

function readCursor(cursor: string | null): { runId: string; at: string; visited: number } | null {
  const [runId, at, visited] = cursor?.split(' ') ?? []
  return runId === undefined || at === undefined ? null : { runId, at, visited: Number(visited) }
}

function refused(error: Error): EvenkeelError {
  const because = unavailableBecause(error) ?? error.message.slice(0, 200)
  return new EvenkeelError('not_allowed', `Keys cannot be re-timed here (it takes SCAN, PEXPIRETIME, PEXPIREAT and EVAL): ${because}`)
}
