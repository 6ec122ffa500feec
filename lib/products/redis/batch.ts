import type { Command as LibraryCommand, Redis } from 'ioredis'

export type Argument = string | number | Buffer
export type Command = readonly [name: string, ...args: Argument[]]

/** What the client library asks of a command that it queues. */
class Queued {
  readonly name: string
  readonly args: readonly Argument[]
  /** The library makes a promise for who listens to traces. */
  readonly isTraced = true
  readonly promise = null
  readonly #settle: (at: number, answer: unknown) => void
  readonly #at: number

  constructor([name, ...args]: Command, settle: (at: number, answer: unknown) => void, at: number) {
    this.name = name
    this.args = args
    this.#settle = settle
    this.#at = at
  }

  setReplyContext(): void {}

  /** All are written at once, when the last is in the queue. */
  toWritable(): string {
    return ''
  }

  resolve(reply: unknown): void {
    this.#settle(this.#at, reply)
  }

  reject(error: unknown): void {
    this.#settle(this.#at, error)
  }
}

/**
 * Commands that go out in one write, each as one small object in the library's queue. Its own commands are 1 kB each of promises, closures and their
 * contexts: with 400 caches two fifths of what grew old before its reply came. The answers are in the order of the commands, an error in the place
 * of its own: bytes, or texts where `asText` is set.
 */
export function batch(redis: Redis, commands: readonly Command[], asText: boolean): Promise<unknown[]> {
  return new Promise((resolve) => {
    const answers: unknown[] = []
    let left = commands.length
    if (left === 0) resolve(answers)
    const settle = (at: number, answer: unknown) => {
      // At once: what is not copied may be memory that the next read writes over.
      answers[at] = asText ? textOf(answer) : answer
      if (--left === 0) resolve(answers)
    }
    let isQueued = false
    const stream = {
      isPipeline: true,
      destination: { redis },
      write() {
        isQueued = true
      },
    } as unknown as Redis['stream']
    for (const [at, command] of commands.entries()) redis.sendCommand(new Queued(command, settle, at) as unknown as LibraryCommand, stream)
    if (isQueued) redis.stream.write(encoded(commands))
  })
}

/** What `batch` answers to one command; its own error is thrown. */
export async function ask(redis: Redis, command: Command, asText: boolean): Promise<unknown> {
  const [answer] = await batch(redis, [command], asText)
  if (answer instanceof Error) throw answer
  return answer
}

const textOf = (reply: unknown): unknown => (reply instanceof Buffer ? reply.toString() : Array.isArray(reply) ? reply.map(textOf) : reply)

/** Commands as RESP. Pure. */
export function encoded(commands: readonly Command[]): string | Buffer {
  const parts: Buffer[] = []
  let text = ''
  for (const command of commands) {
    text += `*${command.length}\r\n`
    for (const word of command) {
      if (word instanceof Buffer) {
        parts.push(Buffer.from(`${text}$${word.length}\r\n`), word)
        text = '\r\n'
      } else {
        const plain = String(word)
        text += `$${Buffer.byteLength(plain)}\r\n${plain}\r\n`
      }
    }
  }
  return parts.length === 0 ? text : Buffer.concat([...parts, Buffer.from(text)])
}
