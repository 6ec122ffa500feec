import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import type { NewRecord } from '../../../model/record.ts'
import { rawRecord, shown } from '../../answers.ts'
import { fingerprintOf } from '../fingerprint.ts'
import type { RedisLink } from '../link.ts'
import { logEntry } from '../logEntry.ts'
import { replyText, wholeOf } from '../replyText.ts'

const LOGS = ['large-request', 'large-reply'] as const
type Log = (typeof LOGS)[number]
type Raw = Record<Log, { newest: unknown; entries: unknown }>

const ENTRIES_MAX = 128

/** COMMANDLOG of Valkey: commands with large requests and large replies. Slow ones come by SLOWLOG. */
export const commandlog: Probe<RedisLink, Raw> = {
  id: 'commandlog',
  feature: 'COMMANDLOG',
  emits: { records: ['large'] },
  everyMs: 2_000,
  cost: '12 µs of Valkey CPU each 2 s; about 40 µs when new entries are fetched',
  wanted: ({ seen, writes }) => {
    if (seen === null) return 'waits for INFO'
    return writes.knows('commandlog') ? true : 'this server does not know it: Valkey has it from 8.1 on'
  },
  async read({ client }, cursor, signal) {
    const known = cursorsOf(cursor)
    const read = async (log: Log, before: number | null) => {
      // As bytes: names of keys need not be text.
      const get = async (count: number) => replyText(await client.callBytes(['COMMANDLOG', 'GET', count, log], signal))
      const newest = await get(1)
      const fresh = freshOf(newest, before)
      return { newest, entries: fresh > 0 ? await get(fresh) : [] }
    }
    return { 'large-request': await read('large-request', known[0]!), 'large-reply': await read('large-reply', known[1]!) }
  },
  parse(raw, { cursor, at }) {
    const known = cursorsOf(cursor)
    const records = LOGS.flatMap((log) => recordsOf(log, raw[log].entries))
    const ids = LOGS.map((log, i) => newestId(raw[log].newest) ?? known[i] ?? null)
    if (records.length > 0) records.push(rawRecord('commandlog', at, shown(records.slice(0, ENTRIES_MAX), 1)))
    return { samples: [], records, topology: {}, cursor: JSON.stringify(ids) }
  },
}

/** Of each log the newest id that is known. */
function cursorsOf(cursor: string | null): (number | null)[] {
  const found: unknown = cursor === null ? [] : JSON.parse(cursor)
  return LOGS.map((_, i) => (Array.isArray(found) ? wholeOf(found[i]) : null))
}

function newestId(answer: unknown): number | null {
  if (!Array.isArray(answer)) throw malformed('COMMANDLOG GET is to answer a list', shown(answer))
  return Array.isArray(answer[0]) ? wholeOf(answer[0][0]) : null
}

/** How many entries are new. An id below the known one is a restart: the count began again. */
function freshOf(answer: unknown, known: number | null): number {
  const newest = newestId(answer)
  if (newest === null || newest === known) return 0
  return known === null || newest < known ? ENTRIES_MAX : Math.min(ENTRIES_MAX, newest - known)
}

/** Of an entry only the key, the fingerprint, the size and the client are kept: arguments of large requests are values. */
function recordsOf(log: Log, entries: unknown): NewRecord[] {
  if (!Array.isArray(entries)) throw malformed('COMMANDLOG GET is to answer a list', shown(entries))
  const read = entries.map(logEntry)
  if (read.length > 0 && read.every((entry) => entry === null))
    throw malformed('a COMMANDLOG entry is to be [id, time, bytes, [arguments], client, name]', shown(entries[0]))
  return read.flatMap((entry): NewRecord[] => {
    if (entry === null || entry.clientName === 'evenkeel') return []
    const { id, at, value, command, client, clientName } = entry
    const about = { ...(client ? { client } : {}), ...(clientName ? { clientName } : {}) }
    const key = command.length > 1 ? { key: command[1]! } : {}
    return [{ kind: 'large', id: `${log}-${id}`, at, log, bytes: value, fingerprint: fingerprintOf(command), ...key, ...about }]
  })
}
