import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import type { NewRecord } from '../../../model/record.ts'
import { printable, rawRecord, shown } from '../../answers.ts'
import { fingerprintOf } from '../fingerprint.ts'
import type { RedisLink } from '../link.ts'
import { logEntry } from '../logEntry.ts'
import { replyText, wholeOf } from '../replyText.ts'

const ENTRIES_MAX = 128

/** `unread`: entries that could not be read, of how many since Evenkeel began to read. */
type Raw = { newest: unknown; entries: unknown; unread?: { count: number; of: number; example: string } }

/** SLOWLOG, by the newest entry's id: all of the log is fetched only when that has grown. */
export const slowlog: Probe<RedisLink, Raw> = {
  id: 'slowlog',
  feature: 'SLOWLOG',
  emits: { records: ['slow'] },
  everyMs: 1_000,
  cost: '12 µs of Redis CPU a second; 42 µs when new entries are fetched',
  async read(link, cursor, signal) {
    const newest = replyText(await link.client.callBytes(['SLOWLOG', 'GET', 1], signal))
    const id = newestId(newest)
    const grown = Array.isArray(newest) && newest.length > 0 && (id === null || String(id) !== cursor)
    if (!grown) return { newest, entries: [], unread: link.slowUnread }
    // An id below the cursor is a restart: the count began again. One that cannot be read says nothing of how many are new.
    const fresh = id === null || cursor === null || id < Number(cursor) ? ENTRIES_MAX : Math.min(ENTRIES_MAX, id - Number(cursor))
    const entries = replyText(await link.client.callBytes(['SLOWLOG', 'GET', fresh], signal))
    if (id !== null && Array.isArray(entries)) {
      const odd = entries.filter((entry) => slowEntry(entry) === null)
      link.slowUnread.of += entries.length
      link.slowUnread.count += odd.length
      if (odd.length > 0) link.slowUnread.example = shown(odd[0])
    }
    return { newest, entries, unread: link.slowUnread }
  },
  parse(raw, { cursor, at }) {
    if (!Array.isArray(raw.entries)) throw malformed('SLOWLOG GET is to answer a list', shown(raw.entries))
    const records: NewRecord[] = raw.entries.flatMap((entry) => slowEntry(entry) ?? [])
    if (raw.entries.length > 0 && records.length === 0)
      throw malformed('a SLOWLOG entry is to be [id, time, µs, [arguments]]', shown(raw.entries[0]))
    const id = newestId(raw.newest) ?? newestId(raw.entries)
    if (id === null && Array.isArray(raw.newest) && raw.newest.length > 0)
      throw malformed('a SLOWLOG entry is to begin with its id', shown(raw.newest[0]))
    if (raw.entries.length > 0) records.push(rawRecord('slowlog', at, shown(raw.entries, 1)))
    const { count = 0, of = 0, example = '' } = raw.unread ?? {}
    return {
      samples: id === null ? [] : [{ metric: 'redis_slowlog_last_id', value: id }],
      records,
      topology: count > 0 ? { capabilities: [{ feature: 'SLOWLOG', available: true, because: leftOut(count, of, example) }] } : {},
      cursor: id === null ? (cursor ?? undefined) : String(id),
    }
  },
}

const leftOut = (count: number, of: number, example: string) =>
  `${count} of ${of} entries that were read could not be read and are left out, such as ${printable(example.slice(0, 120))}`

/** Of the newest entry whose id can be read; null: the log is empty, or none can. */
function newestId(answer: unknown): number | null {
  if (!Array.isArray(answer)) throw malformed('SLOWLOG GET is to answer a list', shown(answer))
  for (const entry of answer) {
    const id = Array.isArray(entry) ? wholeOf(entry[0]) : null
    if (id !== null) return id
  }
  return null
}

function slowEntry(entry: unknown): Extract<NewRecord, { kind: 'slow' }> | null {
  const read = logEntry(entry)
  if (read === null) return null
  const { value: durationUs, ...about } = read
  return { kind: 'slow', ...about, durationUs, fingerprint: fingerprintOf(read.command) }
}
