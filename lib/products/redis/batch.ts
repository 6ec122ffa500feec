import type { Command as LibraryCommand, Redis } from 'ioredis'
import type { Command } from './client.ts'

/** Answers in the order of the commands; a command's own error stands in its place. */
type Answers = (unknown | Error)[]

/**
 * Several commands in one write, with one promise for all: keys are sampled by thousands a second, and a command of the library, with its
 * promise and its copy of the arguments, takes most of what asking about a key costs. Rejects when the connection is lost.
 */
export function askTogether(redis: Redis, commands: readonly Command[], isLost: (error: unknown) => boolean): Promise<Answers> {
  if (commands.length === 0) return Promise.resolve([])
  return new Promise((resolve, reject) => {
    const answers: Answers = new Array(commands.length).fill(null)
    let left = commands.length
    let lost: unknown = null
    const settle = (index: number, answer: unknown) => {
      answers[index] = answer
      if (answer instanceof Error && isLost(answer)) lost ??= answer
      if (--left > 0) return
      if (lost) reject(lost)
      else resolve(answers)
    }
    let taken = 0
    const sink = { write: () => ++taken }
    commands.forEach(([name], index) => {
      redis.sendCommand(new Asked(name, index, settle) as unknown as LibraryCommand, sink as never)
    })
    // None is taken where the connection is not open; all are rejected then.
    if (taken > 0) redis.stream.write(encoded(commands))
  })
}

/** What the library's queue of commands that wait for replies needs of one. */
class Asked {
  readonly name: string
  readonly args: readonly never[] = []
  readonly promise = undefined
  /** No trace of each. */
  readonly isTraced = true
  readonly #index: number
  readonly #settle: (index: number, answer: unknown) => void

  constructor(name: string, index: number, settle: (index: number, answer: unknown) => void) {
    this.name = name.toLowerCase()
    this.#index = index
    this.#settle = settle
  }

  setReplyContext(): void {}

  /** Nothing: all are written at once. */
  toWritable(): string {
    return ''
  }

  resolve(reply: unknown): void {
    this.#settle(this.#index, textOf(reply))
  }

  reject(error: unknown): void {
    this.#settle(this.#index, error instanceof Error ? error : new Error(String(error)))
  }
}

function textOf(reply: unknown): unknown {
  if (Buffer.isBuffer(reply)) return reply.toString()
  return Array.isArray(reply) ? reply.map(textOf) : reply
}

const CRLF = '\r\n'

/** The commands as RESP arrays of bulk strings. */
function encoded(commands: readonly Command[]): Buffer {
  const parts: Buffer[] = []
  let text = ''
  for (const command of commands) {
    text += `*${command.length}${CRLF}`
    for (const word of command) {
      if (Buffer.isBuffer(word)) {
        parts.push(Buffer.from(`${text}$${word.length}${CRLF}`), word)
        text = CRLF
      } else {
        const written = String(word)
        text += `$${Buffer.byteLength(written)}${CRLF}${written}${CRLF}`
      }
    }
  }
  parts.push(Buffer.from(text))
  return Buffer.concat(parts)
}
