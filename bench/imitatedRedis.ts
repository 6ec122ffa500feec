import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Commands a second of each: 20,000 GETs, of which one in ten misses, and a write for each miss. Sampling may look up 200 keys a second then. */
const READS = 20_000
const MISSES = 2_000
const KEYS = 1_000_000
const FIXTURE = join(import.meta.dirname, '../lib/products/redis/fixtures/info-everything-7.0.15.txt')

/** What a command is answered: a text, a number, null, a list of these, or an error. */
export type Answer = string | number | null | Error | readonly Answer[]

/** A busy Redis that is none: what probes ask is answered as cheaply as can be, by its number and the time. */
export class ImitatedRedis {
  readonly #n: number
  readonly #began: number
  #info = { at: Number.NaN, text: '' }

  constructor(n: number, began: number) {
    this.#n = n
    this.#began = began
  }

  answer(words: readonly string[], now: number): Answer {
    const second = words[1]?.toLowerCase()
    switch (words[0]!.toLowerCase()) {
      case 'info':
        return this.#infoAt(now)
      case 'pexpiretime':
        return now + 60_000 + (Number(words[1]!.split(':')[1]) % 3_540_000)
      case 'memory':
        return second === 'usage' ? 200 + ((words[2]!.length * 97) % 800) : ['keys.bytes-per-key', 300]
      case 'scan':
        return slice(Number(words[1]), Number(words[3] ?? 10))
      case 'type':
        return 'string'
      case 'object':
        return 30
      case 'slowlog':
      case 'latency':
      case 'config':
        return []
      case 'client':
        return second === 'list' ? CLIENTS : 'OK'
      case 'command':
        return words.slice(2).map((name) => (/hotkeys|commandlog/.test(name) ? null : [name, 2, [name === 'set' ? 'write' : 'readonly']]))
      default:
        return new Error('ERR unknown command')
    }
  }

  /** The same within a tenth of a second. Counters jitter; each server has begun at its own height. */
  #infoAt(now: number): string {
    const tenth = Math.floor(now / 100)
    if (this.#info.at === tenth) return this.#info.text
    const n = this.#n
    const id = n.toString(16).padStart(40, '0')
    const s = (now - this.#began) / 1_000 + 10_000 + n
    const jitter = 20 * Math.sin(now / 700 + n)
    const values: Record<string, number | string> = {
      run_id: id,
      master_replid: id,
      process_id: n + 100,
      server_time_usec: now * 1_000,
      uptime_in_seconds: Math.floor(s),
      used_memory: Math.round(1e9 + 1e5 * jitter),
      used_memory_rss: Math.round(1.05e9 + 1e5 * jitter),
      maxmemory: 4e9,
      maxmemory_policy: 'allkeys-lru',
      connected_clients: Math.round(100 + jitter / 4),
      total_commands_processed: Math.round((READS + MISSES) * s + jitter),
      instantaneous_ops_per_sec: Math.round(READS + MISSES + jitter),
      total_net_input_bytes: Math.round(40 * READS * s + 100 * jitter),
      total_net_output_bytes: Math.round(120 * READS * s + 100 * jitter),
      expired_keys: Math.round(500 * s + jitter),
      evicted_keys: 0,
      keyspace_hits: Math.round((READS - MISSES) * s + jitter),
      keyspace_misses: Math.round(MISSES * s + jitter),
      used_cpu_sys: (0.1 * s).toFixed(6),
      used_cpu_user: (0.1 * s).toFixed(6),
      get: Math.round(READS * s + jitter),
      set: Math.round(MISSES * s + jitter),
    }
    const text = TEMPLATE.map((part, i) => (i % 2 === 0 ? part : (values[part] ?? Math.floor(s * 10)))).join('')
    this.#info = { at: tenth, text }
    return text
  }
}

const keyOf = (n: number) => `product:${(n * 7_919) % KEYS}:${n % 3 === 0 ? 'price' : 'page'}`
const slice = (from: number, count: number): Answer => [
  String((from + count) % KEYS),
  Array.from({ length: count }, (_, i) => keyOf(from + i)),
]
const CLIENTS = 'id=1 addr=127.0.0.1:40000 laddr=127.0.0.1:1 fd=8 name=app age=9 idle=0 flags=N db=0 qbuf=0 obl=0 oll=0 omem=0 cmd=get\n'

const MOVING = new Set(
  `run_id master_replid server_time_usec uptime_in_seconds used_memory used_memory_rss connected_clients total_commands_processed
  instantaneous_ops_per_sec total_net_input_bytes total_net_output_bytes expired_keys evicted_keys keyspace_hits keyspace_misses used_cpu_sys
  used_cpu_user maxmemory_policy maxmemory process_id`.split(/\s+/),
)
const COUNTED = ['get', 'set', 'info', 'scan', 'pexpiretime', 'type', 'memory|usage', 'slowlog|get', 'latency|latest', 'expire', 'ping']

/** The parts of an INFO that stay, with the names of what moves between them. */
const TEMPLATE: readonly string[] = (() => {
  const kept = readFileSync(FIXTURE, 'utf8')
    .replaceAll('\r', '')
    .split('\n')
    .filter((line) => !/^(latency_percentiles_|cmdstat_|db\d)/.test(line) && !/^# (Latencystats|Commandstats|Keyspace)/.test(line))
    .map((line) => {
      const [name, value] = line.split(':', 2) as [string, string?]
      return value === undefined ? line : `${name}:${MOVING.has(name) ? `\0${name}\0` : value}`
    })
  return [
    ...kept,
    '# Commandstats',
    ...COUNTED.map((name) => `cmdstat_${name}:calls=\0${name}\0,usec=\0${name}\0,usec_per_call=1.00,rejected_calls=0,failed_calls=0`),
    '# Keyspace',
    `db0:keys=${KEYS},expires=${KEYS},avg_ttl=1800000`,
    '',
  ]
    .join('\r\n')
    .split('\0')
})()
