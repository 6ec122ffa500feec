import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Place, placeOf, type RedisConnection } from '../config.ts'
import { FIRST_BYTES } from '../errors.ts'
import { tlsOptions } from '../tls.ts'
import { respOf } from './command.ts'
import { Replies, type ReplySink } from './replies.ts'

/** What is waited for on a connection: replies come in the order in which it was asked. */
export interface Waiting {
  /** Its text, a character for each byte. */
  readonly text: string
  readonly bytes: boolean
  next: Waiting | null
  /** One reply more. True once all have come. */
  onReply(reply: unknown): boolean
  /** The connection is lost. */
  fail(error: unknown): void
}

const CONNECT_MS = 5_000
const KEEP_ALIVE_MS = 30_000
/** For the last that was written to go out. */
const GOODBYE_MS = 2_000

/** The connection is lost, and nothing says why. */
export const closedError = () => new Error('Connection is closed')

/** Every connection's bytes come through here, one chunk after the other: what is kept of a chunk is copied. */
const CHUNK = Buffer.allocUnsafeSlow(65_536)

/** Connections with something to write at the end of this turn of the event loop: a write is most of what asking costs. */
const toFlush: Connection[] = []
function flushAll(): void {
  for (const one of toFlush.splice(0)) one.flush()
}

/**
 * One connection to a Redis server, from its opening to its end: it signs in, selects the database, gives itself a name, and then writes what it is asked in
 * one turn of the event loop at once.
 */
export class Connection implements ReplySink {
  /** Resolves when it may be asked; rejects with what has ended it before. */
  readonly opened: Promise<void>
  isOpen = false
  /** Its first bytes, where they are looked at. */
  first: Buffer | null = null
  #looks: boolean
  readonly #onEnd: (connection: Connection) => void
  readonly #socket: Socket
  readonly #replies: Replies
  #first: Waiting | null = null
  #last: Waiting | null = null
  #out = ''
  #isOver = false
  /** What the socket has reported. */
  #error: unknown = null
  /** Rejects `opened`. */
  #refuse: (error: unknown) => void = () => {}

  /** `looks`: whether its first bytes are kept. `onEnd`: called once, when it is over. */
  constructor(config: RedisConnection, address: string, { looks, onEnd }: { looks: boolean; onEnd(connection: Connection): void }) {
    const place = placeOf(config.url)
    this.#looks = looks
    this.#onEnd = onEnd
    this.#replies = new Replies(address, this)
    const socket = this.#connect(place, config)
    this.#socket = socket
    const timer = setTimeout(() => socket.destroy(Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' })), CONNECT_MS)
    socket.setNoDelay(true)
    socket.on('error', (error) => {
      this.#error ??= error
    })
    socket.on('close', () => {
      clearTimeout(timer)
      this.end(this.#error ?? closedError())
    })
    this.opened = new Promise((resolve, reject) => {
      const open = () => {
        this.isOpen = true
        resolve()
      }
      socket.once(place.tls ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer)
        socket.setKeepAlive(true, KEEP_ALIVE_MS)
        this.ask(new Greeting(greetings(place, config), { open, refuse: (error) => this.end(error) }))
        this.flush()
      })
      this.#refuse = reject
    })
    // Whoever waits for it is told; nobody may.
    this.opened.catch(() => {})
  }

  #connect(place: Place, config: RedisConnection): Socket {
    const onread = {
      buffer: CHUNK,
      callback: (length: number) => {
        this.#take(CHUNK.subarray(0, length))
        return !this.#isOver
      },
    }
    if (place.path !== undefined) return connect({ path: place.path, onread })
    if (!place.tls) return connect({ host: place.host!, port: place.port!, onread })
    const socket = connectTls({ port: place.port, ...tlsOptions(place, config) })
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    return socket
  }

  /** Who answers is known. */
  forgetFirst(): void {
    this.#looks = false
    this.first = null
  }

  /** False: the other end has closed it, and that was not told yet. */
  get isWritable(): boolean {
    return this.#socket.writable
  }

  ask(waiting: Waiting): void {
    if (this.#last) this.#last.next = waiting
    else this.#first = waiting
    this.#last = waiting
    if (this.#out === '') {
      if (toFlush.length === 0) setImmediate(flushAll)
      toFlush.push(this)
    }
    this.#out += waiting.text
  }

  flush(): void {
    if (this.#out === '' || this.#isOver) return
    const out = this.#out
    this.#out = ''
    this.#socket.write(out, 'latin1')
  }

  wantsBytes(): boolean {
    return this.#first?.bytes ?? false
  }

  onReply(reply: unknown): void {
    const first = this.#first
    // Nobody has asked: as servers do that close the connection with a word.
    if (!first || this.#isOver) return
    if (!first.onReply(reply)) return
    this.#first = first.next
    // One that has grown old would else keep all that come after it, until the next search through the whole heap.
    first.next = null
    if (this.#first) return
    this.#last = null
    this.#replies.idle()
  }

  /** Ends it at once: of what is under way the oldest fails with `error`, and the others because it is closed. */
  end(error: unknown = closedError()): void {
    if (this.#isOver) return
    this.#over(error)
    this.#socket.destroy()
  }

  /** Ends it once what was written has gone out. */
  close(): void {
    if (!this.isOpen) {
      this.end()
      return
    }
    this.flush()
    this.#over(closedError())
    this.#socket.setTimeout(GOODBYE_MS, () => this.#socket.destroy())
    this.#socket.destroySoon()
  }

  #over(error: unknown): void {
    this.#isOver = true
    this.isOpen = false
    this.#out = ''
    this.#onEnd(this)
    this.#refuse(error)
    let waiting = this.#first
    this.#first = null
    this.#last = null
    for (let why = error; waiting; waiting = waiting.next) {
      waiting.fail(why)
      if (why !== this.#error) why = closedError()
    }
  }

  #take(chunk: Buffer): void {
    if (this.#isOver) return
    if (this.#looks) this.first ??= Buffer.from(chunk.subarray(0, FIRST_BYTES))
    try {
      this.#replies.take(chunk)
    } catch (error) {
      this.end(error)
    }
  }
}

/** What is asked first. A name for the connection is a courtesy, and CLIENT may be hidden; a database that is not there leaves the first. */
function greetings(place: Place, config: RedisConnection): readonly (readonly [string, ...string[]])[] {
  const username = config.username ?? place.username
  const password = config.password ?? place.password
  return [
    ...(password ? [username ? (['AUTH', username, password] as const) : (['AUTH', password] as const)] : []),
    ...(place.db ? [['SELECT', String(place.db)] as const] : []),
    ['CLIENT', 'SETNAME', 'evenkeel'],
  ]
}

/** Of servers that need no password, or know no users. */
const FORGIVEN = /no password is set|without any password configured for the default user|wrong number of arguments for 'auth' command/

class Greeting implements Waiting {
  readonly text: string
  readonly bytes = false
  next: Waiting | null = null
  readonly #names: string[]
  readonly #to: { open(): void; refuse(error: unknown): void }

  constructor(commands: ReturnType<typeof greetings>, to: { open(): void; refuse(error: unknown): void }) {
    this.text = commands.map(respOf).join('')
    this.#names = commands.map(([name]) => name)
    this.#to = to
  }

  onReply(reply: unknown): boolean {
    const isLogin = this.#names.shift() === 'AUTH'
    if (isLogin && reply instanceof Error && !FORGIVEN.test(reply.message)) {
      this.#to.refuse(reply)
      return false
    }
    if (this.#names.length > 0) return false
    this.#to.open()
    return true
  }

  fail(): void {}
}
