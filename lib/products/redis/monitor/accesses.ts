import { patternOf } from '../../../model/patterns.ts'
import type { Access } from '../../../model/reference.ts'
import { hash64 } from '../../../rings/hashes/hash64.ts'
import { murmur3 } from '../../../rings/hashes/murmur3.ts'
import { type CommandSpec, keyPositions } from './keySpecs.ts'
import type { MonitorLine } from './line.ts'

const [GET, SET, DELETE] = [0, 1, 2]
const KEPT = Number.NaN
/** Larger values are not compared: to hash them would cost more than to read them. */
const TAGGED_MAX = 65_536
/** About 300 years. */
const TTL_MS_MAX = 1e13

/** What a command does with a key beside reading it. `ttl`: in ms, from its arguments; NaN: it is not told, or stays. `value`: the argument that is the whole new value. */
type Write = { op: number; key: number; size: number; ttlMs: number; value?: number }

/** In ms: what one unit of the argument is, and whether it is a moment. */
const EXPIRY: Record<string, { ms: number; moment: boolean }> = {
  EX: { ms: 1_000, moment: false },
  PX: { ms: 1, moment: false },
  EXAT: { ms: 1_000, moment: true },
  PXAT: { ms: 1, moment: true },
}
const EXPIRING: Record<string, string> = { expire: 'EX', pexpire: 'PX', expireat: 'EXAT', pexpireat: 'PXAT' }
/** Writes of a part of a value, which make the key where it is absent and leave its TTL. */
const PARTS = new Set(
  'append incr decr incrby decrby incrbyfloat setrange setbit hset hmset hsetnx hincrby lpush rpush sadd zadd zincrby xadd pfadd geoadd'.split(
    ' ',
  ),
)

/**
 * What one command of a MONITOR stream reads and writes. Only hashes, sizes and patterns of keys leave it, and of a whole value a tag of 32 bits,
 * which is compared with that of the value before and then forgotten.
 */
export function accessesOf(line: MonitorLine, command: string, spec: CommandSpec): Access[] {
  const text = (index: number) => line.argument(index).toString('latin1')
  const reads = keyPositions(spec, line.count, text).map((key): Write => ({ op: GET, key, size: 0, ttlMs: KEPT }))
  return [...reads, ...writesOf(line, command, text)].map(({ op, key, size, ttlMs, value }) => {
    const name = line.argument(key)
    return {
      at: line.at,
      ...hash64(name),
      op,
      size,
      ttlMs,
      keyBytes: name.length,
      pattern: patternOf(name.toString('latin1')).replace(/\s/g, '_'),
      ...(value !== undefined && value < line.count && line.size(value) <= TAGGED_MAX && { tag: murmur3(line.argument(value)) || 1 }),
    }
  })
}

function writesOf(line: MonitorLine, command: string, text: (index: number) => string): Write[] {
  const { count } = line
  const ttl = (index: number, unit: string) => (index < count ? ttlOf(text(index), unit, line.at) : KEPT)
  const one = (write: Omit<Write, 'key'>): Write[] => (count > 1 ? [{ ...write, key: 1 }] : [])
  const size = (index: number) => (index < count ? line.size(index) : 0)
  if (command === 'set' || command === 'getex') {
    const options = optionsOf(line, text, command === 'set' ? 3 : 2)
    if (command === 'set') return one({ op: SET, size: size(2), ttlMs: options ?? 0, value: 2 })
    return options === null ? [] : one({ op: SET, size: 0, ttlMs: options })
  }
  if (command === 'setex') return one({ op: SET, size: size(3), ttlMs: ttl(2, 'EX'), value: 3 })
  if (command === 'psetex') return one({ op: SET, size: size(3), ttlMs: ttl(2, 'PX'), value: 3 })
  if (command === 'setnx' || command === 'getset') return one({ op: SET, size: size(2), ttlMs: 0, value: 2 })
  if (command === 'persist') return one({ op: SET, size: 0, ttlMs: 0 })
  if (command === 'getdel') return one({ op: DELETE, size: 0, ttlMs: KEPT })
  if (Object.hasOwn(EXPIRING, command)) return one({ op: SET, size: 0, ttlMs: ttl(2, EXPIRING[command]!) })
  if (PARTS.has(command)) return one({ op: SET, size: 0, ttlMs: KEPT })
  const rest = Array.from({ length: Math.max(0, count - 1) }, (_, i) => i + 1)
  if (command === 'mset' || command === 'msetnx')
    return rest
      .filter((index) => index % 2 === 1 && index + 1 < count)
      .map((key) => ({ op: SET, key, size: size(key + 1), ttlMs: 0, value: key + 1 }))
  if (command === 'del' || command === 'unlink') return rest.map((key) => ({ op: DELETE, key, size: 0, ttlMs: KEPT }))
  return []
}

/** The TTL among the options from `from` on; NaN: it stays; 0: it is taken away; null: none is named. */
function optionsOf({ count, at }: MonitorLine, text: (index: number) => string, from: number): number | null {
  for (let index = from; index < count; index++) {
    const word = text(index).toUpperCase()
    if (word === 'KEEPTTL') return KEPT
    if (word === 'PERSIST') return 0
    if (Object.hasOwn(EXPIRY, word) && index + 1 < count) return ttlOf(text(index + 1), word, at)
  }
  return null
}

/** A TTL that is over already is the shortest there is. */
function ttlOf(digits: string, unit: string, at: number): number {
  const { ms, moment } = EXPIRY[unit]!
  if (!/^\d{1,16}$/.test(digits)) return KEPT
  const ttl = Number(digits) * ms - (moment ? at : 0)
  return Math.min(TTL_MS_MAX, Math.max(1, Math.round(ttl)))
}
