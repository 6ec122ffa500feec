import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import type { NewRecord } from '../../../model/record.ts'
import { keyText, rawRecord, shown, wordOf } from '../../answers.ts'
import type { RedisLink } from '../link.ts'

const ENTRIES_MAX = 128
const ARGUMENTS_MAX = 32
const ARGUMENT_MAX = 128

type Raw = { newest: unknown; entries: unknown }

/** SLOWLOG, by the newest entry's id: all of the log is fetched only when that has grown. */
export const slowlog: Probe<RedisLink, Raw> = {
  id: 'slowlog',
  feature: 'SLOWLOG',
  emits: { records: ['slow'] },
  everyMs: 1_000,
  cost: '12 µs of Redis CPU a second; 42 µs when new entries are fetched',
  async read(link, cursor, signal) {
    const newest = await link.client.callBytes(['SLOWLOG', 'GET', 1], signal)
    const id = newestId(newest)
    if (id === null || String(id) === cursor) return { newest: asText(newest), entries: [] }
    // An id below the cursor is a restart: the count began again.
    const fresh = cursor === null || id < Number(cursor) ? ENTRIES_MAX : Math.min(ENTRIES_MAX, id - Number(cursor))
    return { newest: asText(newest), entries: asText(await link.client.callBytes(['SLOWLOG', 'GET', fresh], signal)) }
  },
  parse(raw, { cursor, at }) {
    const id = newestId(raw.newest)
    if (!Array.isArray(raw.entries)) throw malformed('SLOWLOG GET is to answer a list', shown(raw.entries))
    const records: NewRecord[] = raw.entries.map(slowEntry)
    if (raw.entries.length > 0) records.push(rawRecord('slowlog', at, shown(raw.entries, 1)))
    return {
      samples: id === null ? [] : [{ metric: 'redis_slowlog_last_id', value: id }],
      records,
      topology: {},
      cursor: id === null ? (cursor ?? undefined) : String(id),
    }
  },
}

function newestId(answer: unknown): number | null {
  if (!Array.isArray(answer)) throw malformed('SLOWLOG GET is to answer a list', shown(answer))
  if (answer.length === 0) return null
  const id = Array.isArray(answer[0]) ? answer[0][0] : undefined
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) throw malformed('a SLOWLOG entry is to begin with its id', shown(answer[0]))
  return id
}

/** `[id, unix seconds, µs, [argument…], client address, client name]`; the last two came with Redis 4. */
function slowEntry(entry: unknown): Extract<NewRecord, { kind: 'slow' }> {
  const [id, seconds, durationUs, command, client, clientName] = Array.isArray(entry) ? entry : []
  if (![id, seconds, durationUs].every((part) => Number.isSafeInteger(part)) || !Array.isArray(command))
    throw malformed('a SLOWLOG entry is to be [id, time, µs, [arguments]]', shown(entry))
  return {
    kind: 'slow',
    // Ids begin again after a restart: the time keeps two apart.
    id: `${seconds}-${id}`,
    at: seconds * 1_000,
    durationUs,
    command: command.slice(0, ARGUMENTS_MAX).map((argument) => cut(wordOf(argument))),
    ...(client ? { client: cut(wordOf(client)) } : {}),
    ...(clientName ? { clientName: cut(wordOf(clientName)) } : {}),
  }
}

const cut = (text: string) => (text.length > ARGUMENT_MAX ? `${text.slice(0, ARGUMENT_MAX)}…` : text)

/** Bytes of keys and values as text, at any depth: what is kept of an answer can be written as JSON. */
function asText(answer: unknown): unknown {
  if (Buffer.isBuffer(answer)) return keyText(answer)
  return Array.isArray(answer) ? answer.map(asText) : answer
}
