import type { Socket } from 'node:net'
import { EvenkeelError } from '../model/error.ts'
import { ANSWER_MAX_BYTES, tooLarge } from '../model/limits.ts'

/** What came so far: its first line (null before its end is here), and the end of its last line where that is complete, else null. */
export type Read = { first: string | null; last: string | null }
/** Says of what came so far whether it is the whole answer. Throws where it can be none. */
export type IsWhole = (read: Read) => boolean

/** As good as an end: what came before it is all that comes. */
const CLOSED = new Set(['ECONNRESET', 'EPIPE'])
/** Takes what comes back. `take` answers null while more is to come; `closed` is asked when the server has closed. */
export type Exchange<T> = { take(chunk: Buffer): { done: T } | null; closed(error: Error): T }

const FIRST_MAX = 4_096
const LAST_MAX = 80

/** The connection was closed before anything of the answer came. */
export class ClosedUnanswered extends Error {
  override name = 'ClosedUnanswered'
}

/**
 * Questions and answers on one connection, one at a time, so that no answer can be taken for another's. Whatever goes wrong ends the
 * connection with the question: too late, too long, not of this protocol, or bytes that nobody asked for.
 */
export class Conversation {
  readonly #socket: Socket
  readonly #where: string
  #take: ((chunk: Buffer) => void) | null = null
  #fail: ((error: Error) => void) | null = null
  #ended = false

  constructor(socket: Socket, where: string, translate: (error: NodeJS.ErrnoException) => EvenkeelError) {
    this.#socket = socket
    this.#where = where
    socket.on('data', (chunk: Buffer) => {
      if (this.#take) this.#take(chunk)
      else this.end()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => this.#over(CLOSED.has(error.code ?? '') ? null : translate(error)))
    socket.on('end', () => this.#over(null))
    socket.on('close', () => this.#over(null))
  }

  /** Whether another question can be asked on it. */
  get open(): boolean {
    return !this.#ended && this.#take === null
  }

  /**
   * Writes `text` and returns what comes back, until `whole` says that it is all. Throws `ClosedUnanswered` where the server closes without a
   * byte, `unreachable` where the signal fires, `too_large` beyond the cap, and what `whole` throws; with `closing` a close ends the answer.
   */
  ask(text: string, whole: IsWhole, signal: AbortSignal, { closing = false } = {}): Promise<string> {
    const chunks: Buffer[] = []
    let bytes = 0
    const ends = new Ends()
    const all = () => Buffer.concat(chunks).toString('utf8')
    return this.exchange(
      text,
      {
        take: (chunk) => {
          chunks.push(chunk)
          bytes += chunk.length
          if (bytes > ANSWER_MAX_BYTES) throw tooLarge(this.#where)
          ends.take(chunk)
          return whole(ends) ? { done: all() } : null
        },
        closed: (error) => {
          if (closing && bytes > 0) return all()
          throw bytes > 0 && error instanceof ClosedUnanswered ? this.#cut() : error
        },
      },
      signal,
    )
  }

  /** Writes `text` and hands on what comes, chunk by chunk, until `take` answers or throws. The signal ends it with `unreachable`. */
  exchange<T>(text: string, { take, closed }: Exchange<T>, signal: AbortSignal): Promise<T> {
    if (!this.open) return Promise.reject(new ClosedUnanswered())
    return new Promise((resolve, reject) => {
      const settle = (work: () => T) => {
        this.#take = null
        this.#fail = null
        signal.removeEventListener('abort', giveUp)
        try {
          resolve(work())
        } catch (error) {
          reject(error)
          this.end()
        }
      }
      const giveUp = () =>
        settle(() => {
          throw new EvenkeelError('unreachable', `no answer from ${this.#where} in time`)
        })
      this.#fail = (error) => settle(() => closed(error))
      this.#take = (chunk) => {
        try {
          const answer = take(chunk)
          if (answer) settle(() => answer.done)
        } catch (error) {
          settle(() => {
            throw error
          })
        }
      }
      if (signal.aborted) return giveUp()
      signal.addEventListener('abort', giveUp, { once: true })
      this.#socket.write(text)
    })
  }

  end(): void {
    this.#ended = true
    this.#socket.destroy()
  }

  #cut(): EvenkeelError {
    return new EvenkeelError('malformed', `${this.#where} closed the connection amid its answer`)
  }

  #over(error: EvenkeelError | null): void {
    this.#ended = true
    this.#fail?.(error ?? new ClosedUnanswered())
    this.#socket.destroy()
  }
}

/** The first and the last line of what comes in pieces. */
class Ends implements Read {
  first: string | null = null
  last: string | null = null
  #head = ''
  #tail = ''

  take(chunk: Buffer): void {
    if (this.first === null && this.#head.length < FIRST_MAX) {
      this.#head += chunk.toString('latin1', 0, FIRST_MAX)
      const end = this.#head.indexOf('\n')
      if (end >= 0) this.first = this.#head.slice(0, end).replace(/\r$/, '')
    }
    this.#tail = (this.#tail + chunk.toString('latin1', Math.max(0, chunk.length - LAST_MAX))).slice(-LAST_MAX)
    this.last = this.#tail.endsWith('\n') ? this.#tail.split('\n').at(-2)!.replace(/\r$/, '') : null
  }
}
