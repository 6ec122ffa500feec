import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import type { NewRecord } from '../../../model/record.ts'
import { decimalOf, detached, partlyRead, printable, rawRecord, readings, wordOf } from '../../answers.ts'
import { buffersByClass, clientField } from '../clientBuffers.ts'
import { WRAPPED } from '../infoLines.ts'
import type { RedisLink } from '../link.ts'

// CLIENT LIST is linear in the connections: about 0.3 µs and 350 bytes each.
const CLIENTS_MAX = 2_000

/** CLIENT LIST: whose buffers grow, who waits. */
export const clients: Probe<RedisLink, string> = {
  id: 'clients',
  feature: 'CLIENT LIST',
  emits: {
    metrics: ['redis_client_class_output_buffer_max_bytes', 'redis_client_class_output_buffers_bytes'],
    records: ['client-buffer'],
  },
  everyMs: 30_000,
  cost: '11 µs of Redis CPU each 30 s for a few connections; not asked beyond 2 000',
  wanted: (link) =>
    link.seen !== null && link.seen.clients >= CLIENTS_MAX ? `${link.seen.clients} connections: listing them would stall the server` : true,
  async read(link, _cursor, signal) {
    const answer = await link.client.call(['CLIENT', 'LIST'], signal)
    if (typeof answer !== 'string') throw malformed('CLIENT LIST is to answer text', wordOf(answer))
    link.own = answer.split('\n').flatMap((row) => (row.includes(' name=evenkeel ') ? addressOf(row) : []))
    return answer
  },
  parse(raw, { at }) {
    const rows = raw.split('\n').filter((line) => line !== '')
    const isRow = (row: string) => /(^| )addr=/.test(row) || /^id=\d+ /.test(row)
    const unread = rows.filter((row) => !isRow(row))
    if (unread.length === rows.length && rows.length > 0) throw malformed('CLIENT LIST: a line is to begin with id=', rows[0]!)
    const { list, add } = readings()
    const [output, input] = ['omem', 'qbuf'].map((name) => bytesOf(rows.filter(isRow), name))
    add('redis_client_output_buffer_max_bytes', output?.max)
    add('redis_client_output_buffers_bytes', output?.sum)
    add('redis_client_input_buffer_max_bytes', input?.max)
    const records: NewRecord[] = [rawRecord('clients', at, raw)]
    for (const [of, { max, sum, largest }] of buffersByClass(rows.filter(isRow))) {
      add('redis_client_class_output_buffer_max_bytes', max, { class: of })
      add('redis_client_class_output_buffers_bytes', sum, { class: of })
      if (largest) records.push({ kind: 'client-buffer', id: of, at, bytes: max, ...whoIn(largest) })
    }
    return {
      samples: list,
      records,
      topology: { capabilities: partlyRead('CLIENT LIST', unread, rows.length) },
    }
  },
}

/** None over a unix socket, where all clients look alike. */
const addressOf = (row: string) => / addr=([^\s/]\S*)/.exec(row)?.slice(1).map(detached) ?? []

/** Of all connections; undefined: the server tells of none. A number that cannot be makes neither known. */
function bytesOf(rows: readonly string[], name: string): { max: number; sum: number } | undefined {
  const pattern = new RegExp(` ${name}=(\\S*)`)
  let found: { max: number; sum: number } | undefined
  for (const row of rows) {
    const text = pattern.exec(row)?.[1]
    if (text === undefined) continue
    const bytes = decimalOf(text)
    const value = bytes >= 0 && bytes < WRAPPED ? bytes : Number.NaN
    found = { max: Math.max(found?.max ?? 0, value), sum: (found?.sum ?? 0) + value }
  }
  return found
}

const WORD_MAX = 80

/** Who is at the other end, as far as its row tells; a path of the server's machine is not told. */
function whoIn(row: string): { address: string; name: string; command: string } {
  const word = (name: string) => printable((clientField(row, name) ?? '').slice(0, WORD_MAX))
  const address = word('addr')
  return { address: address.startsWith('/') ? 'a unix socket' : address, name: word('name'), command: word('cmd') }
}
