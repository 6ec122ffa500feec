import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Question } from '../lib/curves/question.ts'
import { OP, type References } from '../lib/curves/references.ts'
import { told } from '../lib/curves/told.ts'
import { paced } from './paced.ts'
import { randomOf } from './random.ts'
import { ask, startRedis } from './servers.ts'

export type Replayed = {
  hitRatio: number
  /** Of the last third of the time alone: what a server that has run for long shows. */
  lastThird: number
  evicted: number
  /** Of each part of the keys, as the fills of its reads tell. */
  parts: { reads: number; hits: number }[]
  /** How many keys it held in the end. */
  keys: number
  /** `used_memory` when all keys are deleted again, with the buffers of the replay's own connection. */
  emptyBytes: number
  /** How late the latest reference was sent. */
  lateMs: number
}

/**
 * One call does what an application does: read, and on a miss fill. `ARGV`: bytes of the value, TTL in ms or 0, 1 to refresh it on a read.
 * 2: the fill is refused. Inside a script memory counts as full when it was so at its start, even if the read has just freed an expired key;
 * the fill is then tried once more by itself, as an application's would be.
 */
const GET = `local v
if ARGV[3] == '1' then v = redis.call('GETEX', KEYS[1], 'PX', ARGV[2]) else v = redis.call('GET', KEYS[1]) end
if v then return 1 end
local filled
if ARGV[2] == '0' then filled = redis.pcall('SET', KEYS[1], string.rep('x', ARGV[1])) else filled = redis.pcall('SET', KEYS[1], string.rep('x', ARGV[1]), 'PX', ARGV[2]) end
if filled.err then return 2 end
return 0`

const bulk = (...words: (string | number)[]) =>
  `*${words.length}\r\n${words.map((word) => `$${String(word).length}\r\n${word}\r\n`).join('')}`

/**
 * The hit ratio that a real redis-server shows when references are replayed read-through at their own speed, from empty. What a cache decides
 * by its clock (LRU seconds, LFU minutes, expiry) is as in production only when nothing is hurried.
 */
export async function replayOnRedis(references: References, question: Omit<Question, 'sizes'>, maxmemory: number): Promise<Replayed> {
  const { policy, samples = 5, ttl, parts = [] } = question
  const filled = told(references)
  const { at, key, op, size, ttlMs, keyBytes } = filled
  const partOf = (row: number) => (references.part?.[key[row]!] ?? 0) - 1
  const asked = (row: number) => {
    const own = parts[partOf(row)]?.ttl
    return own === undefined ? ttl : own
  }
  const counted = parts.map(() => ({ reads: 0, hits: 0 }))
  await using server = await startRedis({
    config: [`maxmemory ${Math.round(maxmemory)}`, `maxmemory-policy ${policy}`, `maxmemory-samples ${samples}`],
  })
  const info = async (section: string) => ask(server.about.port, `INFO ${section}\r\nPING\r\n`, (text) => text.includes('+PONG'))
  const loaded = await ask(server.about.port, bulk('SCRIPT', 'LOAD', GET), (text) => text.endsWith('\r\n') && text.length > 40)
  const sha = /[0-9a-f]{40}/.exec(loaded)![0]

  const random = randomOf(references.requests)
  const given = (row: number): number => {
    const told = asked(row)
    if (told === undefined) return ttlMs[row]! > 0 ? Math.round(ttlMs[row]!) : 0
    if (told === null) return 0
    return Math.max(1, Math.round(told.ms * (1 + (told.jitter ?? 0) * (2 * random() - 1))))
  }
  const name = (row: number) => String(key[row]!).padStart(keyBytes ? keyBytes[key[row]!]! : 10, '0')
  const set = (row: number, ttlGiven = given(row)) => {
    const value = 'x'.repeat(size[row]!)
    return ttlGiven > 0 ? bulk('SET', name(row), value, 'PX', ttlGiven) : bulk('SET', name(row), value)
  }
  const command = (row: number): string => {
    if (op[row] === OP.delete) return bulk('DEL', name(row))
    if (op[row] === OP.set) return set(row)
    return bulk('EVALSHA', sha, 1, name(row), size[row]!, given(row), asked(row)?.refreshOnRead ? 1 : 0)
  }

  const socket = connect(server.about.socket)
  const sent: number[] = []
  let answered = 0
  let rest = ''
  socket.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('latin1')).split('\r\n')
    rest = lines.pop()!
    for (const line of lines) {
      const row = sent[answered++]!
      const part = row >= 0 && op[row] === OP.get && line.startsWith(':') ? counted[partOf(row)] : undefined
      if (part) {
        part.reads++
        if (line === ':1') part.hits++
      }
      if (line !== ':2') continue
      sent.push(row)
      socket.write(set(row))
    }
  })
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  const before = await info('stats')
  let atTwoThirds = before
  const twoThirds = at[0]! + ((at.at(-1)! - at[0]!) * 2) / 3
  const lateMs = await paced(at, async (from, to) => {
    if (atTwoThirds === before && at[from]! >= twoThirds) atTwoThirds = await info('stats')
    let due = ''
    for (let row = from; row < to; row++) {
      sent.push(row)
      due += command(row)
      if (policy !== 'noeviction') continue
      // Where fills are refused, what one read frees must not be taken by the fill of another that an application would send later.
      socket.write(due)
      due = ''
      while (answered < sent.length) await new Promise(setImmediate)
    }
    if (due !== '') socket.write(due)
  })
  while (answered < sent.length) await sleep(10)
  const after = await info('stats')
  const keys = Number(/keys=(\d+)/.exec(await info('keyspace'))?.[1] ?? 0)
  socket.write('FLUSHALL\r\n')
  sent.push(-1)
  while (answered < sent.length) await sleep(10)
  const emptyBytes = Number(/^used_memory:(\d+)/m.exec(await info('memory'))?.[1])
  socket.destroy()
  const grown = (field: string, from = before) => {
    const [first, last] = [from, after].map((text) => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(text)?.[1]))
    return last! - first!
  }
  const hitRatio = (from: string) => {
    const [hits, misses] = [grown('keyspace_hits', from), grown('keyspace_misses', from)]
    return hits / (hits + misses)
  }
  return {
    hitRatio: hitRatio(before),
    lastThird: hitRatio(atTwoThirds),
    evicted: grown('evicted_keys'),
    parts: counted,
    keys,
    emptyBytes,
    lateMs,
  }
}
