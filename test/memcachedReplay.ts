import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ttl } from '../lib/curves/question.ts'
import { OP, type References } from '../lib/curves/references.ts'
import { told } from '../lib/curves/told.ts'
import { paced } from './paced.ts'
import { ask, startMemcached } from './servers.ts'

/** The hit ratio that a real memcached of so many megabytes shows when references are replayed read-through at their own speed, from empty. */
export async function replayOnMemcached(
  references: References,
  ttl: Ttl | null | undefined,
  megabytes: number,
): Promise<{ hitRatio: number; keys: number; evicted: number }> {
  const { at, key, op, size, ttlMs, keyBytes } = told(references)
  await using server = await startMemcached({ megabytes, args: ['-t', '1'] })
  const name = (row: number) => String(key[row]!).padStart(keyBytes ? keyBytes[key[row]!]! : 10, '0')
  const set = (row: number) => {
    const ms = ttl === undefined ? ttlMs[row]! : (ttl?.ms ?? 0)
    return `set ${name(row)} 0 ${ms > 0 ? Math.max(1, Math.round(ms / 1_000)) : 0} ${size[row]!}\r\n${'x'.repeat(size[row]!)}\r\n`
  }
  const socket = connect(server.about.port, '127.0.0.1')
  const sent: number[] = []
  let answered = 0
  let rest = ''
  socket.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('latin1')).split('\r\n')
    rest = lines.pop()!
    for (const line of lines) {
      const row = sent[answered++]!
      if (line !== 'EN') continue
      sent.push(row)
      socket.write(set(row))
    }
  })
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  await paced(at, (from, to) => {
    let due = ''
    for (let row = from; row < to; row++) {
      sent.push(row)
      // A meta get that asks for nothing but whether the key is there: one line either way.
      due += op[row] === OP.get ? `mg ${name(row)} t\r\n` : op[row] === OP.delete ? `delete ${name(row)}\r\n` : set(row)
    }
    socket.write(due)
  })
  while (answered < sent.length) await sleep(10)
  socket.destroy()
  const stats = await ask(server.about.port, 'stats\r\nquit\r\n', (text) => text.includes('END'))
  const of = (field: string) => Number(new RegExp(`^STAT ${field} (\\d+)`, 'm').exec(stats)?.[1])
  return { hitRatio: of('get_hits') / (of('get_hits') + of('get_misses')), keys: of('curr_items'), evicted: of('evictions') }
}
