import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import { partlyRead, rawRecord, readings, wordOf } from '../../answers.ts'
import type { RedisLink } from '../link.ts'

// CLIENT LIST is linear in the connections: about 0.3 µs and 350 bytes each.
const CLIENTS_MAX = 2_000

/** CLIENT LIST: whose buffers grow, who waits. */
export const clients: Probe<RedisLink, string> = {
  id: 'clients',
  feature: 'CLIENT LIST',
  everyMs: 30_000,
  cost: '11 µs of Redis CPU each 30 s for a few connections; not asked beyond 2 000',
  wanted: (link) =>
    link.seen !== null && link.seen.clients >= CLIENTS_MAX ? `${link.seen.clients} connections: listing them would stall the server` : true,
  async read(link, _cursor, signal) {
    const answer = await link.client.call(['CLIENT', 'LIST'], signal)
    if (typeof answer !== 'string') throw malformed('CLIENT LIST is to answer text', wordOf(answer))
    link.own = new Set(answer.split('\n').flatMap((row) => (row.includes(' name=evenkeel ') ? addressOf(row) : [])))
    return answer
  },
  parse(raw, { at }) {
    const rows = raw.split('\n').filter((line) => line !== '')
    const unread: string[] = []
    let outputMax = 0
    let outputSum = 0
    let inputMax = 0
    for (const row of rows) {
      if (!/(^| )addr=/.test(row) && !/^id=\d+ /.test(row)) {
        unread.push(row)
        continue
      }
      const output = field(row, 'omem')
      outputMax = Math.max(outputMax, output)
      outputSum += output
      inputMax = Math.max(inputMax, field(row, 'qbuf'))
    }
    if (unread.length === rows.length && rows.length > 0) throw malformed('CLIENT LIST: a line is to begin with id=', rows[0]!)
    const { list, add } = readings()
    add('redis_client_output_buffer_max_bytes', outputMax)
    add('redis_client_output_buffers_bytes', outputSum)
    add('redis_client_input_buffer_max_bytes', inputMax)
    return {
      samples: list,
      records: [rawRecord('clients', at, raw)],
      topology: { capabilities: partlyRead('CLIENT LIST', unread, rows.length) },
    }
  },
}

/** None over a unix socket, where all clients look alike. */
const addressOf = (row: string) => / addr=([^\s/]\S*)/.exec(row)?.[1] ?? []

function field(row: string, name: string): number {
  const found = new RegExp(` ${name}=(\\d+)`).exec(row)?.[1]
  return found === undefined ? 0 : Number(found)
}
