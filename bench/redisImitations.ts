import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'

/** Commands a second of each: 20,000 GETs, of which one in ten misses, and a write for each miss. Sampling may look up 200 keys a second then. */
const READS = 20_000
const MISSES = 2_000
const KEYS = 1_000_000
const FIXTURE = join(import.meta.dirname, '../lib/products/redis/fixtures/info-everything-7.0.15.txt')

/**
 * Many busy Redis servers that are none, in one process of their own: each on an address of 127.0.0.0/8, all on one port. They answer what probes
 * ask as cheaply as can be, so that the machine is left to whoever watches them.
 */
export class RedisImitations implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly port: number

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
  }

  static async start(): Promise<RedisImitations> {
    const child = fork(import.meta.filename, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const [port] = (await once(child, 'message')) as [number]
    return new RedisImitations(child, port)
  }

  /** Where the n-th one is. */
  url(n: number): string {
    return `redis://127.${1 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}:${this.port}`
  }

  /** INFOs that were answered since the start: the polls that were made. */
  async polls(): Promise<number> {
    this.#child.send('polls')
    const [polls] = (await once(this.#child, 'message')) as [number]
    return polls
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill()
    await gone
  }
}

const text = (value: string) => `$${Buffer.byteLength(value)}\r\n${value}\r\n`
const list = (items: readonly string[]) => `*${items.length}\r\n${items.join('')}`
const number = (value: number) => `:${value}\r\n`

/** The parts of an INFO that stay, with the names of what moves between them. */
function template(): string[] {
  const fixture = readFileSync(FIXTURE, 'utf8').replaceAll('\r', '')
  const kept = fixture
    .split('\n')
    .filter((line) => !/^(latency_percentiles_|cmdstat_|db\d)/.test(line) && !/^# (Latencystats|Commandstats|Keyspace)/.test(line))
    .map((line) => {
      const [name, value] = line.split(':', 2) as [string, string?]
      return value === undefined ? line : `${name}:${MOVING.has(name) ? `\0${name}\0` : value}`
    })
  const counted = ['get', 'set', 'info', 'scan', 'pexpiretime', 'type', 'memory|usage', 'slowlog|get', 'latency|latest', 'expire', 'ping']
  return [
    ...kept,
    '# Commandstats',
    ...counted.map((name) => `cmdstat_${name}:calls=\0${name}\0,usec=\0${name}\0,usec_per_call=1.00,rejected_calls=0,failed_calls=0`),
    '# Keyspace',
    `db0:keys=${KEYS},expires=${KEYS},avg_ttl=1800000`,
    '',
  ]
    .join('\r\n')
    .split('\0')
}
const MOVING = new Set(
  `run_id master_replid server_time_usec uptime_in_seconds used_memory used_memory_rss connected_clients total_commands_processed
  instantaneous_ops_per_sec total_net_input_bytes total_net_output_bytes expired_keys evicted_keys keyspace_hits keyspace_misses used_cpu_sys
  used_cpu_user maxmemory_policy maxmemory process_id`.split(/\s+/),
)

function run(): void {
  const parts = template()
  const began = Date.now()
  const infos = new Map<string, { second: number; answer: string }>()
  const keyOf = (n: number) => `product:${(n * 7_919) % KEYS}:${n % 3 === 0 ? 'price' : 'page'}`
  let polls = 0

  /** One a second and server: the same jitter for all of them, each begun at its own height. */
  function info(address: string): string {
    const now = Date.now()
    const second = Math.floor(now / 100)
    const known = infos.get(address)
    if (known?.second === second) return known.answer
    const [, a, b, c] = address.split('.').map(Number) as [number, number, number, number]
    const n = ((a - 1) << 16) + (b << 8) + c
    const id = n.toString(16).padStart(40, '0')
    const s = (now - began) / 1_000 + 10_000 + n
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
    const body = parts.map((part, i) => (i % 2 === 0 ? part : (values[part] ?? Math.floor(s * 10)))).join('')
    const answer = text(body)
    infos.set(address, { second, answer })
    return answer
  }

  function answer(words: readonly string[], address: string): string {
    switch (words[0]!.toLowerCase()) {
      case 'info':
        polls++
        return info(address)
      case 'pexpiretime':
        return number(Date.now() + 60_000 + (Number(words[1]!.split(':')[1]) % 3_540_000))
      case 'memory':
        return words[1]!.toLowerCase() === 'usage'
          ? number(200 + ((words[2]!.length * 97) % 800))
          : list([text('keys.bytes-per-key'), number(300)])
      case 'scan': {
        const from = Number(words[1])
        const count = Number(words[3] ?? 10)
        const keys = Array.from({ length: count }, (_, i) => text(keyOf(from + i)))
        return list([text(String((from + count) % KEYS)), list(keys)])
      }
      case 'type':
        return '+string\r\n'
      case 'object':
        return number(30)
      case 'slowlog':
      case 'latency':
        return '*0\r\n'
      case 'client':
        return words[1]!.toLowerCase() === 'list'
          ? text('id=1 addr=127.0.0.1:40000 laddr=127.0.0.1:1 fd=8 name=app age=9 idle=0 flags=N db=0 qbuf=0 obl=0 oll=0 omem=0 cmd=get\n')
          : '+OK\r\n'
      case 'config':
        return '*0\r\n'
      case 'command':
        return list(
          words
            .slice(2)
            .map((name) =>
              /hotkeys|commandlog/.test(name)
                ? '*-1\r\n'
                : list([text(name), number(2), list(name === 'set' ? ['+write\r\n'] : ['+readonly\r\n'])]),
            ),
        )
      default:
        return '-ERR unknown command\r\n'
    }
  }

  const server = createServer({ noDelay: true }, (socket: Socket) => {
    const address = socket.localAddress!
    let rest = ''
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n')
      let at = 0
      let out = ''
      // A command of n words is 1 + 2 n lines, and the last line of all is what is not whole yet.
      for (;;) {
        const count = Number(lines[at]?.slice(1))
        const next = at + 1 + 2 * count
        if (!(count > 0) || next >= lines.length) break
        const words: string[] = []
        for (let i = at + 2; i < next; i += 2) words.push(lines[i]!)
        out += answer(words, address)
        at = next
      }
      rest = lines.slice(at).join('\r\n')
      if (out !== '') socket.write(out, 'latin1')
    })
    socket.on('error', () => socket.destroy())
  })
  server.listen({ host: '0.0.0.0', port: 0, backlog: 4_096 }, () => process.send!((server.address() as AddressInfo).port))
  process.on('message', () => process.send!(polls))
  process.on('disconnect', () => process.exit(0))
}

if (process.send && process.argv[1] === import.meta.filename) run()
