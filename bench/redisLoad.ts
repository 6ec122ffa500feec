import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { randomOf } from '../test/random.ts'
import { zipf } from './zipf.ts'

export type LoadOptions = { port: number; perSecond: number; keys: number; skew: number; clients: number }

export const VALUE = 'x'.repeat(100)
const WRITES = 0.1
const TICK_MS = 1

/**
 * A steady load of one command at a time on each of many connections, as applications send it, in a process of its own: what is measured beside
 * it is disturbed by neither its CPU time nor its turns.
 */
export class RedisLoad implements AsyncDisposable {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  static async start(options: LoadOptions): Promise<RedisLoad> {
    const child = fork(import.meta.filename, [JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    await once(child, 'message')
    return new RedisLoad(child)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill()
    await gone
  }
}

function run({ port, perSecond, keys, skew, clients }: LoadOptions): void {
  const random = randomOf(7)
  const rank = zipf(keys, skew, random)
  const free: Socket[] = []
  for (let i = 0; i < clients; i++) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    // An answer is shorter than a segment: it comes whole.
    socket.on('data', () => free.push(socket))
    socket.on('connect', () => free.push(socket))
  }
  const command = () => (random() < WRITES ? `SET k:${rank()} ${VALUE} EX 3600\r\n` : `GET k:${rank()}\r\n`)
  const began = performance.now()
  let sent = 0
  setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1_000) * perSecond)
    // What could not be sent in time is not made up for: it would be a burst.
    sent = Math.max(sent, due - clients)
    for (; sent < due && free.length > 0; sent++) free.pop()!.write(command())
  }, TICK_MS)
  process.on('disconnect', () => process.exit(0))
  process.send!('ready')
}

if (process.send && process.argv[1] === import.meta.filename) run(JSON.parse(process.argv[2]!) as LoadOptions)
