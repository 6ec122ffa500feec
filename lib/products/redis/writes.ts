import { wordOf } from '../answers.ts'
import type { RedisClient } from './client.ts'

/** Where the server does not tell (COMMAND is blocked): what put, change or remove a value in Redis 8 and Valkey 9. */
const USUAL = new Set(
  `set setex psetex setnx getset getdel getex mset msetnx msetex append setrange setbit bitfield bitop incr incrby incrbyfloat increx decr decrby
  del unlink delex delifeq copy rename renamenx restore restore-asking move sort hset hsetnx hmset hdel hincrby hincrbyfloat hsetex hgetex hgetdel
  lpush rpush lpushx rpushx lpop rpop lset lrem ltrim linsert lmove rpoplpush lmpop blpop brpop blmove brpoplpush blmpop sadd srem spop smove
  sdiffstore sinterstore sunionstore zadd zrem zincrby zpopmin zpopmax zmpop bzpopmin bzpopmax bzmpop zremrangebyrank zremrangebyscore
  zremrangebylex zrangestore zunionstore zinterstore zdiffstore pfadd pfmerge geoadd geosearchstore georadius georadiusbymember xadd xdel xdelex
  xackdel xtrim xsetid xack xclaim xautoclaim vadd vrem vsetattr arset json.set json.mset json.merge json.del ts.add ts.madd bf.add bf.madd
  cf.add topk.add cms.incrby tdigest.add`.split(/\s+/),
)

/** Flagged as writes, and yet no value is put, changed or removed: they touch a key's end, a group of readers, all keys, or the server. */
const NO_VALUE = new Set(
  `expire pexpire expireat pexpireat persist hexpire hpexpire hexpireat hpexpireat hpersist xreadgroup xgroup flushall flushdb swapdb migrate function
  pfdebug`.split(/\s+/),
)

/** Commands that only newer servers have, and that probes ask for. */
const NEWER = ['hotkeys|get', 'hotkeys|start', 'commandlog']

/** Command names that one COMMAND INFO asks for: an answer of about 0.5 kB each. */
const BATCH = 50

/** A bound against forged answers: names that come and go with each INFO. */
const KNOWN_MAX = 1_000

const containerOf = (name: string) => name.toLowerCase().split('|', 1)[0]!
const usually = (name: string) => USUAL.has(name.toLowerCase())

/** Whether the row of COMMAND INFO has the flag `write`; null: the server does not know the command. */
export function writesBy(name: string, row: unknown): boolean {
  if (NO_VALUE.has(containerOf(name))) return false
  const flags = Array.isArray(row) ? row[2] : null
  return Array.isArray(flags) ? flags.some((flag) => wordOf(flag) === 'write') : usually(name)
}

type Decided = ReadonlyMap<string, boolean>
const NOTHING: Decided = new Map()

/** By its JSON: what was decided alike is one table for all servers, as those of one version say the same of the same commands. */
const decided = new Map<string, Decided>()
const DECIDED_MAX = 500

function shared(known: Decided): Decided {
  const text = JSON.stringify([...known])
  const same = decided.get(text)
  if (same) return same
  if (decided.size >= DECIDED_MAX) decided.clear()
  decided.set(text, known)
  return known
}

/**
 * Which commands put, change or remove a value, by the server's own flags: a list would miss those of the next version. Asked once for each
 * name that the server counts, and kept for its run: what was once decided stays, so that the sum of their calls never falls.
 */
export class WriteCommands {
  private known = NOTHING
  private runId = ''
  private refused = false
  private newer: readonly string[] = []

  has(name: string): boolean {
    return this.known.get(name) ?? usually(name)
  }

  /** Whether this server knows one of the `NEWER` commands; no, where it does not tell. */
  knows(name: string): boolean {
    return this.newer.includes(name)
  }

  async learn(client: RedisClient, runId: string, names: readonly string[], signal: AbortSignal): Promise<void> {
    if (runId !== this.runId) {
      this.runId = runId
      this.refused = false
      this.known = NOTHING
      const asked = NEWER
      const rows = await this.rowsOf(client, asked, signal)
      this.newer = asked.filter((name, i) => Array.isArray(rows[i]) && wordOf(rows[i][0]).toLowerCase() === name)
    }
    const unknown = names.filter((name) => !this.known.has(name)).slice(0, KNOWN_MAX - this.known.size)
    if (unknown.length === 0) return
    const known = new Map(this.known)
    for (let from = 0; from < unknown.length; from += BATCH) {
      const asked = unknown.slice(from, from + BATCH)
      const rows = await this.rowsOf(client, asked, signal)
      for (const [i, name] of asked.entries()) known.set(name, writesBy(name, rows[i]))
    }
    this.known = shared(known)
  }

  private async rowsOf(client: RedisClient, names: string[], signal: AbortSignal): Promise<unknown[]> {
    if (this.refused) return []
    try {
      const rows = await client.call(['COMMAND', 'INFO', ...names], signal)
      // One row for each name, else it says nothing of them.
      if (Array.isArray(rows)) return rows.length === names.length ? rows : []
    } catch {
      // Hidden, forbidden or late: INFO itself is here, and what it means is to be known now.
    }
    this.refused = true
    return []
  }
}
