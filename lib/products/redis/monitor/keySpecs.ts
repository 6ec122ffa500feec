import { wordOf } from '../../answers.ts'

/** Where a command's keys stand: the first argument of a kind, and from there. After Redis 7's key specifications. */
type Begin = { index: number } | { keyword: string; from: number }
/** `last` below 0 counts from the end; `limit` 2 means half of the rest (XREAD: keys, then ids). `numberAt`: the position of the argument that holds their number. */
type Find = { last: number; step: number; limit: number } | { numberAt: number; first: number; step: number }
export type KeySpec = { begin: Begin; find: Find }
/** Whether a command reads what is stored under its keys, and where they stand. */
export type CommandSpec = { reads: boolean; keys: KeySpec[] }

/** Real commands have three at most. */
const SPECS_MAX = 16

export const NO_KEYS: CommandSpec = { reads: false, keys: [] }

const range = (index: number, last = 0, step = 1): KeySpec => ({ begin: { index }, find: { last, step, limit: 0 } })
const counted = (index: number): KeySpec => ({ begin: { index }, find: { numberAt: 0, first: 1, step: 1 } })

/** They ask about a key, not for what is stored there: monitoring tools do, applications hardly. */
const ABOUT = new Set(['object', 'memory', 'dump', 'ttl', 'pttl', 'expiretime', 'pexpiretime', 'type', 'touch', 'debug'])
/** Flagged as writes, and yet they answer what was stored. */
const READS_TOO = new Set(['getex', 'getdel', 'getset', 'xreadgroup'])
/** MONITOR shows what a script does as well, as commands of their own. */
const SCRIPTS = new Set(['eval_ro', 'evalsha_ro', 'fcall_ro'])

/** What the server may not tell: COMMAND can be blocked. */
const USUAL: Record<string, KeySpec[]> = {
  ...Object.fromEntries(
    `get getex getdel getset getrange substr strlen getbit bitcount bitpos bitfield_ro hget hmget hgetall hkeys hvals hlen hexists hstrlen hscan
    hrandfield lindex llen lrange lpos scard sismember smismember smembers srandmember sscan zcard zcount zlexcount zrange zrangebyscore
    zrangebylex zrevrange zrevrangebyscore zrevrangebylex zrank zrevrank zscore zmscore zscan zrandmember geodist geohash geopos geosearch
    georadius_ro georadiusbymember_ro xlen xrange xrevrange sort_ro`
      .split(/\s+/)
      .map((name) => [name, [range(1)]]),
  ),
  ...Object.fromEntries(['mget', 'exists', 'sdiff', 'sinter', 'sunion', 'pfcount'].map((name) => [name, [range(1, -1)]])),
  ...Object.fromEntries(['zdiff', 'zinter', 'zunion', 'sintercard', 'zintercard'].map((name) => [name, [counted(1)]])),
  lcs: [range(1, 1)],
  xread: [{ begin: { keyword: 'STREAMS', from: 1 }, find: { last: -1, step: 1, limit: 2 } }],
  xreadgroup: [{ begin: { keyword: 'STREAMS', from: 4 }, find: { last: -1, step: 1, limit: 2 } }],
}

/** What is known of a command without asking the server. */
export function usualSpec(name: string): CommandSpec {
  const keys = Object.hasOwn(USUAL, name) ? USUAL[name] : undefined
  return keys ? { reads: true, keys } : NO_KEYS
}

/**
 * One row of COMMAND INFO: `[name, arity, flags, first, last, step, acl, tips, key specs, …]`; the last three came with Redis 7. Null (the
 * server does not know it) and rows that cannot be read are what is usual.
 */
export function specOf(name: string, row: unknown): CommandSpec {
  if (ABOUT.has(name) || SCRIPTS.has(name)) return NO_KEYS
  if (!Array.isArray(row) || !Array.isArray(row[2])) return usualSpec(name)
  const flags = row[2].map(wordOf)
  const reads = flags.includes('readonly') || READS_TOO.has(name)
  if (!reads) return NO_KEYS
  const given = Array.isArray(row[8]) ? row[8].slice(0, SPECS_MAX).flatMap((spec) => keySpec(fieldsOf(spec)) ?? []) : []
  if (given.length > 0) return { reads, keys: given }
  const [first, last, step] = [row[3], row[4], row[5]].map(numberOf) as [number, number, number]
  // Movable keys without specifications: Redis before 7.
  if (flags.includes('movablekeys') || !(first > 0)) return usualSpec(name)
  return { reads, keys: [range(first, last > 0 ? last - first : last, stepOf(step))] }
}

const numberOf = (part: unknown) => (typeof part === 'number' || typeof part === 'string' ? Number(part) : Number.NaN)

/** A RESP2 map: `[name, value, name, value]`. */
function fieldsOf(list: unknown): Map<string, unknown> {
  const fields = new Map<string, unknown>()
  if (Array.isArray(list)) for (let i = 0; i + 1 < list.length; i += 2) fields.set(wordOf(list[i]), list[i + 1])
  return fields
}

/** From key to key at least one argument on: a server that says otherwise would be followed for ever. */
const stepOf = (given: number) => (Number.isSafeInteger(given) && given >= 1 ? given : 1)

function keySpec(spec: Map<string, unknown>): KeySpec | null {
  const begin = fieldsOf(spec.get('begin_search'))
  const find = fieldsOf(spec.get('find_keys'))
  const from = fieldsOf(begin.get('spec'))
  const how = fieldsOf(find.get('spec'))
  const number = (fields: Map<string, unknown>, name: string) => numberOf(fields.get(name) ?? 0)
  const where: Begin | null =
    begin.get('type') === 'index'
      ? { index: number(from, 'index') }
      : begin.get('type') === 'keyword'
        ? { keyword: wordOf(from.get('keyword')), from: number(from, 'startfrom') }
        : null
  if (!where) return null
  if (find.get('type') === 'range')
    return { begin: where, find: { last: number(how, 'lastkey'), step: stepOf(number(how, 'keystep')), limit: number(how, 'limit') } }
  if (find.get('type') === 'keynum')
    return {
      begin: where,
      find: { numberAt: number(how, 'keynumidx'), first: number(how, 'firstkey'), step: stepOf(number(how, 'keystep')) },
    }
  return null
}

/** The positions of a command's keys among its arguments (0 is the name), each once. `text` reads one argument. */
export function keyPositions(spec: CommandSpec, count: number, text: (index: number) => string): number[] {
  const found = new Set<number>()
  const isThere = (at: number) => Number.isSafeInteger(at) && at >= 0 && at < count
  for (const { begin, find } of spec.keys) {
    const start = 'index' in begin ? begin.index : keywordAt(begin, count, text)
    if (start === null || !isThere(start)) continue
    if ('numberAt' in find) {
      const keys = isThere(start + find.numberAt) ? Number(text(start + find.numberAt)) : 0
      if (!Number.isSafeInteger(keys) || keys < 1 || !isThere(start + find.first)) continue
      for (let i = 0, at = start + find.first; i < keys && at < count; i++, at += find.step) found.add(at)
      continue
    }
    const all = find.last >= 0 ? start + find.last : count + find.last
    const end = find.last === -1 && find.limit > 1 ? start + Math.floor((count - start) / find.limit) - 1 : all
    for (let at = start; at <= end && at < count; at += find.step) found.add(at)
  }
  return [...found]
}

/** After the keyword, searched from `from` on; a negative `from` searches backwards from the end. */
function keywordAt({ keyword, from }: { keyword: string; from: number }, count: number, text: (index: number) => string): number | null {
  const step = from < 0 ? -1 : 1
  for (let at = from < 0 ? count + from : from; at > 0 && at < count; at += step)
    if (text(at).toUpperCase() === keyword.toUpperCase()) return at + 1
  return null
}
