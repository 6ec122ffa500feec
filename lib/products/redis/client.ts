import { Redis } from 'ioredis'
import { EvenkeelError } from '../../model/error.ts'
import { ask, batch, type Command } from './batch.ts'
import { placeOf, type RedisConnection, redisAddress } from './config.ts'
import { connectOptions } from './connectOptions.ts'
import { CLOSED, FIRST_BYTES, speakerOf, strangerWords, unavailableBecause, unreachable } from './errors.ts'
import { NotResp, ReplyGuard } from './replyGuard.ts'
import type { Reader } from './sharedReads.ts'
import { closedPerhaps, mutePerhaps } from './tls.ts'

export type { Command }

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
  const address = redisAddress(config)
  const place = placeOf(config.url)
  // "Connection is closed" hides the reason; the reason itself (WRONGPASS, ECONNREFUSED) comes only by this event.
  let lastError: unknown = null
  let connecting: Promise<void> | null = null
  let answered = false
  /** The first bytes of a connection over which no call was answered yet. */
  let first: Buffer | null = null
  /** Calls whose replies are not all here, the oldest first: replies come in the order of the commands. */
  const waiting = new Set<(error: unknown) => void>()
  let guard = new ReplyGuard(address)
  /** Why the reply guard closed this connection, until the call that waits for the reply fails with it. */
  let refused: unknown = null
  /** Ends when a connection that was cut has ended. */
  let ending: Promise<void> | null = null
  /** Calls for bytes whose replies are not here: those are parts of the chunk that they came in. */
  let callsForBytes = 0
  const reader: Reader = (stream) => {
    const own = new ReplyGuard(address)
    guard = own
    refused = null
    first = null
    let isRefused = false
    const refuse = (error: unknown) => {
      isRefused = true
      stream.pause()
      refused = error
      // Replies that were whole before this one have settled by then.
      setImmediate(() => {
        if (!refused) return
        const [waits] = waiting
        if (waits) waits(error)
        else lastError = error
        refused = null
        cut()
      })
    }
    return (chunk) => {
      if (isRefused) return
      if (!answered) first ??= Buffer.from(chunk.subarray(0, FIRST_BYTES))
      try {
        own.take(chunk)
      } catch (error) {
        refuse(error)
      }
      // The decoder keeps nothing of what is whole, but for those who ask for bytes.
      const isRead = own.whole && callsForBytes === 0 && !isRefused
      stream.emit('data', isRead ? chunk : copyOf(chunk, own.passed))
    }
  }
  const redis = new Redis(connectOptions(place, config, reader))
  redis.on('error', (error) => {
    lastError = error
  })
  redis.on('ready', () => {
    lastError = null
  })

  /** Ends the connection at once, whatever is still under way on it. */
  const cut = () => {
    if (ending || redis.status === 'end' || redis.status === 'wait') return
    ending = new Promise((resolve) => {
      redis.once('end', () => {
        ending = null
        resolve()
      })
    })
    redis.disconnect()
    redis.stream?.destroy()
  }

  /** Null: the connection is open. */
  const opened = (): Promise<void> | null => {
    // The server may have closed it and the library not have noticed yet.
    if (redis.status === 'ready' && !redis.stream?.writable) cut()
    if (redis.status === 'ready' && !ending) return null
    connecting ??= (ending ?? Promise.resolve())
      .then(() => redis.connect())
      .finally(() => {
        connecting = null
      })
    return connecting
  }

  let held = false
  /** What several probes ask in one turn of the event loop goes out in one write: a write is most of what asking costs. */
  const together = () => {
    if (held) return
    held = true
    const { stream } = redis
    stream.cork()
    setImmediate(() => {
      held = false
      stream.uncork()
    })
  }

  /** Runs `work` on an open connection until it is done or the signal fires. */
  const within = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    if (signal.aborted) throw new EvenkeelError('unreachable', 'given up before it was asked')
    let giveUp = () => {}
    let refuse: (error: unknown) => void = () => {}
    try {
      const answer = await new Promise<T>((resolve, reject) => {
        refuse = reject
        giveUp = () => {
          cut()
          reject(new EvenkeelError('unreachable', `no answer from ${address} in time${answered ? '' : mutePerhaps(place)}`))
        }
        signal.addEventListener('abort', giveUp)
        const ask = () => {
          if (signal.aborted) return
          waiting.add(refuse)
          together()
          work().then(resolve, reject)
        }
        const opening = opened()
        if (opening) opening.then(ask).catch(reject)
        else ask()
      })
      answered = true
      return answer
    } catch (thrown) {
      let error = thrown
      if (refused && waiting.values().next().value === refuse) {
        // The decoder failed on it first.
        error = refused
        refused = null
        cut()
      }
      if (isServersOwn(error)) throw error
      if (isClosed(error) && lastError) error = lastError
      const failure = unreachable(error, address)
      if (answered || !(failure.message === CLOSED || error instanceof NotResp)) throw failure
      const speaker = speakerOf(first)
      if (speaker === 'stranger') throw new EvenkeelError(failure.code, strangerWords(address, first!), { cause: error })
      if (speaker === 'redis') throw failure
      throw new EvenkeelError(failure.code, CLOSED + closedPerhaps(place, config), { cause: error })
    } finally {
      signal.removeEventListener('abort', giveUp)
      waiting.delete(refuse)
      if (waiting.size === 0) guard.idle()
    }
  }

  return {
    address,
    call: (command, signal) => within(signal, () => ask(redis, command, true)),
    async callBytes(command, signal) {
      callsForBytes++
      try {
        return await within(signal, () => ask(redis, command, false))
      } finally {
        callsForBytes--
      }
    },
    pipeline: (commands, signal) =>
      within(signal, async () => {
        const answers = await batch(redis, commands, true)
        const lost = answers.find((answer) => answer instanceof Error && isClosed(answer))
        if (lost) throw lost
        return answers
      }),
    async close() {
      redis.disconnect()
    },
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

/** In memory of its own: of Node's pool, a name that is kept would keep what others read. */
function copyOf(chunk: Buffer, bytes: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes)
  chunk.copy(copy, 0, 0, bytes)
  return copy
}

const isClosed = (error: unknown) => error instanceof Error && /Connection is closed|Stream isn't writeable/i.test(error.message)

/** The server answered the command with an error that is about the command, not about the connection. */
const isServersOwn = (error: unknown) =>
  error instanceof Error &&
  error.name === 'ReplyError' &&
  (unavailableBecause(error) !== null || !/NOAUTH|WRONGPASS|DENIED/.test(error.message))
