import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type Answer, ImitatedRedis } from './imitatedRedis.ts'

/**
 * Many busy Redis servers that are none, in one process of their own: each on an address of 127.0.0.0/8, all on one port. So the machine
 * is left to whoever watches them.
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

function encoded(answer: Answer): string {
  if (typeof answer === 'string') return `$${Buffer.byteLength(answer)}\r\n${answer}\r\n`
  if (typeof answer === 'number') return `:${answer}\r\n`
  if (answer === null) return '*-1\r\n'
  if (answer instanceof Error) return `-${answer.message}\r\n`
  return `*${answer.length}\r\n${answer.map(encoded).join('')}`
}

function run(): void {
  const began = Date.now()
  const servers = new Map<string, ImitatedRedis>()
  let polls = 0

  function serverAt(address: string): ImitatedRedis {
    const known = servers.get(address)
    if (known) return known
    const [, a, b, c] = address.split('.').map(Number) as [number, number, number, number]
    const made = new ImitatedRedis(((a - 1) << 16) + (b << 8) + c, began)
    servers.set(address, made)
    return made
  }

  const server = createServer({ noDelay: true }, (socket: Socket) => {
    const imitated = serverAt(socket.localAddress!)
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
        if (words[0]!.toLowerCase() === 'info') polls++
        out += encoded(imitated.answer(words, Date.now()))
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
