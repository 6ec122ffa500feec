import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../model/log.ts'
import type { SavingFailure } from '../../model/store.ts'
import { Barriers } from './barriers.ts'
import type { Database } from './connection.ts'
import { failureOf } from './failure.ts'
import { sendRows } from './sendRows.ts'
import { type PendingRow, WriteQueue } from './writeQueue.ts'

/** A row as the database has it; `json` is null where it was deleted. */
export type SharedRow = { noun: string; id: string; json: string | null; seq: number }

export type ReplicationOptions = {
  database: Database
  replica: string
  /** Nouns of which a write is refused when somebody else has written the same document since it was read. Of others the last write wins. */
  isGuarded(noun: string): boolean
  /** Another replica's row, to be taken over. */
  take(row: SharedRow): void
  /** What else is written with each round, after the rows. `oldest`: the number (`next`) of what has waited longest, or infinity. */
  also: { flush(): Promise<void>; oldest(): number }
  now(): number
  log: Log
}

/** A round at least so often: notices may be lost, and a silent connection is to be noticed. */
const POLL_MS = 1_000
const [RETRY_FIRST_MS, RETRY_MOST_MS] = [200, 2_000]
const CHANNEL = 'evenkeel_documents'
const READ_ROWS = 2_000

/**
 * Log shipping between the mirror in memory and the table of documents. One round reads what others have committed since the last one, by its
 * sequence number, then writes what waits; rounds follow one another, so that a write is never answered before what it builds on is known.
 */
export class Replication {
  readonly #options: ReplicationOptions
  readonly #queue = new WriteQueue()
  /** The sequence number of each row as it is known here. */
  readonly #known = new Map<string, number>()
  readonly #barriers = new Barriers()
  #cursor = 0
  #due = false
  #running: Promise<void> | null = null
  #failing: SavingFailure | null = null
  #failures = 0
  #closed = false
  #timer: NodeJS.Timeout | undefined
  #listening = false
  /** Cuts a wait short. */
  #nudge = new AbortController()

  constructor(options: ReplicationOptions) {
    this.#options = options
  }

  /** Reads everything, then keeps up. Rejects with the driver's error. */
  async start(): Promise<void> {
    const { database, take } = this.#options
    const [newest] = await database.query<{ seq: number }>('SELECT coalesce(max(seq), 0) AS seq FROM evenkeel.document')
    // What is committed while the rest is read comes once more.
    this.#cursor = newest!.seq
    for (let after = 0; ; ) {
      const rows = await database.query<SharedRow & { number: number }>(
        'SELECT noun, id, json, seq, number FROM evenkeel.document WHERE number > $1 ORDER BY number LIMIT $2',
        [after, READ_ROWS],
      )
      for (const row of rows) {
        this.#known.set(keyOf(row), row.seq)
        if (row.json !== null) take(row)
      }
      if (rows.length < READ_ROWS) break
      after = rows.at(-1)!.number
    }
    this.#timer = setInterval(() => this.wake(), POLL_MS)
    this.#timer.unref()
    this.wake()
  }

  /** The mirror has it already; it is sent with the next round. */
  put(noun: string, id: string, json: string | null): void {
    this.#queue.put({ noun, id, json })
    // Not at once: what is put in the same moment goes in one statement.
    setImmediate(() => this.wake())
  }

  /** Numbers what else is put. */
  next(): number {
    setImmediate(() => this.wake())
    return ++this.#queue.newest
  }

  get #oldest(): number {
    return Math.min(this.#queue.oldest, this.#options.also.oldest())
  }

  failing(): SavingFailure | null {
    return this.#failing
  }

  durable(): Promise<void> {
    const mark = this.#queue.newest
    if (this.#oldest > mark) return Promise.resolve()
    this.wake()
    return this.#barriers.wait(mark, () => this.#failing ?? failureOf(new Error('timeout'), this.#options.now()))
  }

  wake(): void {
    this.#due = true
    if (!this.#closed) this.#running ??= this.#run().finally(() => (this.#running = null))
  }

  /** The last try, of some seconds at most; what the database does not take is lost with the process. */
  async close(): Promise<void> {
    await this.durable().catch(() => {})
    this.#closed = true
    clearInterval(this.#timer)
    this.#nudge.abort()
    await this.#running
    if (this.#queue.size > 0)
      this.#options.log.error({ rows: this.#queue.size }, 'Evenkeel ends, and not everything is in the database that `state` names')
  }

  async #run(): Promise<void> {
    while (this.#due && !this.#closed) {
      this.#due = false
      try {
        await this.#round()
        this.#worked()
      } catch (error) {
        this.#failed(error)
        const wait = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** Math.min(this.#failures - 1, 8))
        await sleep(wait, undefined, { signal: this.#nudge.signal, ref: false }).catch(() => {})
        this.#due = true
      }
    }
  }

  async #round(): Promise<void> {
    if (!this.#listening) await this.#listen()
    await this.#follow()
    while (this.#queue.waiting > 0) {
      await this.#write()
      this.#settle()
    }
    await this.#options.also.flush()
    this.#settle()
  }

  async #listen(): Promise<void> {
    const lost = () => {
      this.#listening = false
      this.wake()
    }
    const listener = await this.#options.database.listen([CHANNEL], (_, writer) => writer !== this.#options.replica && this.wake(), lost)
    this.#listening = true
    if (this.#closed) await listener.close()
    else this.#nudge.signal.addEventListener('abort', () => void listener.close(), { once: true })
  }

  /** Takes what others have committed. */
  async #follow(): Promise<void> {
    for (;;) {
      const rows = await this.#options.database.query<SharedRow>(
        'SELECT noun, id, json, seq FROM evenkeel.document WHERE seq > $1 ORDER BY seq LIMIT $2',
        [this.#cursor, READ_ROWS],
      )
      for (const row of rows) {
        this.#receive(row)
        this.#cursor = row.seq
      }
      if (rows.length < READ_ROWS) return
    }
  }

  #receive(row: SharedRow): void {
    const key = keyOf(row)
    if ((this.#known.get(key) ?? 0) >= row.seq) return
    this.#known.set(key, row.seq)
    const own = this.#queue.get(row)
    // The answer to that write was lost, not the write.
    if (own?.sent.includes(row.json)) {
      this.#queue.landed(own, row.json)
      return
    }
    if (own) {
      if (!this.#options.isGuarded(row.noun)) return
      this.#superseded(own)
    }
    this.#options.take(row)
  }

  /** Sends what has waited longest. Rows that are not answered were written by somebody else since: the next round brings those. */
  async #write(): Promise<void> {
    const { database, replica, log, isGuarded } = this.#options
    const baseOf = (row: PendingRow) => (isGuarded(row.noun) ? (this.#known.get(keyOf(row)) ?? 0) : null)
    const batch = this.#queue.begin()
    try {
      const written = new Map((await sendRows(batch, { database, replica, log, baseOf })).map((row) => [keyOf(row), row.seq]))
      let refused = false
      for (const row of batch) {
        const seq = written.get(keyOf(row))
        if (seq === undefined) {
          refused = true
          this.#superseded(row)
          // Another finding of the same is there already: this one never was.
          if (!this.#known.has(keyOf(row)) && isGuarded(row.noun)) this.#options.take({ noun: row.noun, id: row.id, json: null, seq: 0 })
        } else this.#known.set(keyOf(row), seq)
      }
      this.#queue.end()
      if (refused) await this.#follow()
    } catch (error) {
      this.#queue.putBack()
      throw error
    }
  }

  /** Somebody else's write counts: whoever waits for ours must not go on as if it had been kept. */
  #superseded(row: PendingRow): void {
    this.#queue.drop(row)
    if (row.noun !== 'change' && row.noun !== 'job') return
    this.#barriers.overtake(row.number)
  }

  #settle(): void {
    this.#barriers.settle(this.#oldest)
  }

  #worked(): void {
    if (this.#failing)
      this.#options.log.info(
        { since: new Date(this.#failing.since).toISOString() },
        'everything reaches the database that `state` names again',
      )
    this.#failing = null
    this.#failures = 0
  }

  #failed(error: unknown): void {
    const { now, log } = this.#options
    this.#failures++
    const before = this.#failing
    this.#failing = failureOf(error, before?.since ?? now())
    if (before?.because === this.#failing.because) return
    const { because, mend } = this.#failing
    log.error({ err: error }, `Nothing is being saved: ${because}. ${mend}`)
  }
}

const keyOf = ({ noun, id }: { noun: string; id: string }) => `${noun} ${id}`
