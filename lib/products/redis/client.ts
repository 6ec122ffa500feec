import { EvenkeelError } from '../../model/error.ts'
import { placeOf, type RedisConnection, redisAddress } from './config.ts'
import { CLOSED, speakerOf, strangerWords, unavailableBecause, unreachable } from './errors.ts'
import { type Command, respOf } from './resp/command.ts'
import { Connection, closedError, type Waiting } from './resp/connection.ts'
import { ReplyError } from './resp/replies.ts'
import { closedPerhaps, mutePerhaps } from './tls.ts'

export type { Argument, Command } from './resp/command.ts'

/**
 * A connection that opens at the first command and again after a loss, but never queues and never retries: cadence and backoff are the
 * engine's. Each call ends with its signal; a call that is given up takes the connection with it, because its late answer would
 * otherwise be waited for by all that follows. So does one whose reply is over the size cap: it throws `too_large`.
 */
export interface RedisClient {
  readonly address: string
  /** One command, answered as text. */
  call(command: Command, signal: AbortSignal): Promise<unknown>
  /** One command, answered as bytes: for names of keys. */
  callBytes(command: Command, signal: AbortSignal): Promise<unknown>
  /** Several in one write. A command's own error stands in its place; only a lost connection throws. */
  pipeline(commands: readonly Command[], signal: AbortSignal): Promise<unknown[]>
  close(): Promise<void>
}

export function createRedisClient(config: RedisConnection): RedisClient {
  // A wrong address fails here.
  placeOf(config.url)
  return new Client(config)
}

class Client implements RedisClient {
  readonly address: string
  readonly #config: RedisConnection
  #connection: Connection | null = null
  /** Whether it has ever answered: where not, it may be that something else is at this address. */
  #answered = false
  /** The first bytes of the last connection, where none has answered yet. */
  #first: Buffer | null = null

  constructor(config: RedisConnection) {
    this.#config = config
    this.address = redisAddress(config)
  }

  call(command: Command, signal: AbortSignal): Promise<unknown> {
    return this.#ask(respOf(command), 1, false, signal)
  }

  callBytes(command: Command, signal: AbortSignal): Promise<unknown> {
    return this.#ask(respOf(command), 1, true, signal)
  }

  async pipeline(commands: readonly Command[], signal: AbortSignal): Promise<unknown[]> {
    if (commands.length === 0) return []
    let text = ''
    for (const command of commands) text += respOf(command)
    const replies: unknown[] = []
    await this.#ask(text, commands.length, false, signal, replies)
    return replies
  }

  async close(): Promise<void> {
    this.#connection?.close()
  }

  #ask(text: string, replies: number, bytes: boolean, signal: AbortSignal, list: unknown[] | null = null): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(new EvenkeelError('unreachable', 'given up before it was asked'))
      const asked = new Asked({ text, bytes, replies, list, signal, resolve, reject }, this)
      const connection = this.#open()
      if (connection.isOpen) connection.ask(asked)
      else
        connection.opened.then(
          () => asked.askOn(connection),
          (error: unknown) => asked.fail(error),
        )
    })
  }

  #open(): Connection {
    // The server may have closed it, and that not have been told yet.
    if (this.#connection?.isOpen && !this.#connection.isWritable) this.#connection.end()
    this.#connection ??= new Connection(this.#config, this.address, {
      looks: !this.#answered,
      onEnd: (over) => {
        if (this.#connection !== over) return
        this.#connection = null
        this.#first = over.first
      },
    })
    return this.#connection
  }

  /** A call was given up. */
  cut(): void {
    this.#connection?.end()
  }

  noteAnswer(): void {
    if (this.#answered) return
    this.#answered = true
    this.#first = null
    this.#connection?.forgetFirst()
  }

  lateError(): EvenkeelError {
    return new EvenkeelError(
      'unreachable',
      `no answer from ${this.address} in time${this.#answered ? '' : mutePerhaps(placeOf(this.#config.url))}`,
    )
  }

  /** What a call fails with when its connection has failed with this. */
  failureOf(error: unknown): unknown {
    const failure = unreachable(error, this.address)
    if (this.#answered || (failure.message !== CLOSED && !isProtocolError(error))) return failure
    const speaker = speakerOf(this.#first)
    if (speaker === 'redis') return failure
    const words =
      speaker === 'stranger' ? strangerWords(this.address, this.#first!) : CLOSED + closedPerhaps(placeOf(this.#config.url), this.#config)
    return new EvenkeelError(failure.code, words, { cause: error })
  }
}

type Question = {
  text: string
  bytes: boolean
  replies: number
  /** Of several commands: where their replies go, and their own errors. */
  list: unknown[] | null
  signal: AbortSignal
  resolve(reply: unknown): void
  reject(error: unknown): void
}

/** A call under way. */
class Asked implements Waiting {
  next: Waiting | null = null
  readonly text: string
  readonly bytes: boolean
  readonly #question: Question
  readonly #client: Client
  #left: number
  #isSettled = false
  /** Its signal has fired. A function: as an object with `handleEvent`, Node would keep it, and its answer, until the next search through the whole heap. */
  readonly #giveUp = () => {
    if (!this.#settle()) return
    this.#question.reject(this.#client.lateError())
    this.#client.cut()
  }

  constructor(question: Question, client: Client) {
    this.text = question.text
    this.bytes = question.bytes
    this.#left = question.replies
    this.#question = question
    this.#client = client
    question.signal.addEventListener('abort', this.#giveUp)
  }

  /** After the connection was opened for it. */
  askOn(connection: Connection): void {
    if (this.#isSettled) return
    if (connection.isOpen) connection.ask(this)
    else this.fail(closedError())
  }

  onReply(reply: unknown): boolean {
    const { list, resolve, reject } = this.#question
    if (list) list.push(reply)
    if (--this.#left > 0) return false
    if (!this.#settle()) return true
    if (!list && reply instanceof ReplyError) reject(isServersOwn(reply) ? reply : this.#client.failureOf(reply))
    else {
      this.#client.noteAnswer()
      resolve(reply)
    }
    return true
  }

  fail(error: unknown): void {
    if (this.#settle()) this.#question.reject(this.#client.failureOf(error))
  }

  /** False: it was settled before. */
  #settle(): boolean {
    if (this.#isSettled) return false
    this.#isSettled = true
    this.#question.signal.removeEventListener('abort', this.#giveUp)
    return true
  }
}

/**
 * The connection of what writes: as the user of `write`, where one is configured. Readers never take it, so that what only watches holds no
 * credentials that could change anything.
 */
export function writerOf<Config extends RedisConnection>(config: Config): Config {
  const { write } = config
  if (!write) return config
  // An address of its own brings its own user, or none.
  if (write.url !== undefined) return { ...config, url: write.url, username: write.username, password: write.password }
  return { ...config, ...(write.username !== undefined && { username: write.username }), password: write.password }
}

/** A short-lived connection for one write or look, closed at its end whatever happens. */
export async function withRedis<T>(config: RedisConnection, work: (client: RedisClient) => Promise<T>): Promise<T> {
  const client = createRedisClient(config)
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

const isProtocolError = (error: unknown) => error instanceof Error && error.message.startsWith('Protocol error')

/** The server answered the command with an error that is about the command, not about the connection. */
const isServersOwn = (error: ReplyError) => unavailableBecause(error) !== null || !/NOAUTH|WRONGPASS|DENIED/.test(error.message)
