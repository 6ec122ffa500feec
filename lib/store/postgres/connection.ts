import { Client, type ClientConfig, Pool, type PoolClient, types } from 'pg'
import { EvenkeelError } from '../../model/error.ts'
import { wordsOf } from './failure.ts'

/** What a statement answers: a column's name and its value. */
export type Row = Record<string, unknown>
/** One statement. Rejects with the driver's error, after `DEADLINE_MS` at the latest. */
export type Query = <R extends Row = Row>(text: string, values?: readonly unknown[]) => Promise<R[]>

/** The connections of one replica to PostgreSQL. */
export interface Database {
  /** In a transaction of its own. */
  query: Query
  /** Several statements in one transaction on one connection: all of them or none. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>
  /** A connection of its own that waits for notices (LISTEN). Resolves when it does; `onLost` is called once when it has ended by itself. */
  listen(channels: readonly string[], onNotice: (channel: string, payload: string) => void, onLost: () => void): Promise<Listener>
  /** Host and database, without user and password: fit for a log. */
  name: string
  close(): Promise<void>
}
export type Listener = { close(): Promise<void> }

export type DatabaseOptions = {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE`. */
  url: string
  /** Under which the server lists the connections. */
  replica: string
  /** How long a connection or a statement may take. Default 4 s. */
  deadlineMs?: number
}

/** Packets may vanish: no statement waits for longer than this. */
const DEADLINE_MS = 4_000
/** Connections of one replica beside the one that listens: a small server has a hundred. */
const CONNECTIONS_MOST = 4
/** `int8`, which the driver leaves as text: numbers of rows and epoch ms are below 2^53. */
const INT8 = 20

/** Connects when it is first asked. Nothing of the driver leaves this folder but its errors. */
export function createDatabase({ url, replica, deadlineMs = DEADLINE_MS }: DatabaseOptions): Database {
  const config: ClientConfig = {
    connectionString: url,
    application_name: `evenkeel ${replica}`.slice(0, 63),
    connectionTimeoutMillis: deadlineMs,
    query_timeout: deadlineMs,
    // A server that is busy gives up when nobody waits any more; a process that is stopped within a transaction holds no lock for long.
    statement_timeout: deadlineMs,
    idle_in_transaction_session_timeout: deadlineMs,
    keepAlive: true,
    types: {
      getTypeParser: ((oid: number, format: 'text') =>
        oid === INT8 ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
    },
  }
  const pool = new Pool({ ...config, max: CONNECTIONS_MOST, idleTimeoutMillis: 30_000 })
  // An idle connection that ends is not used again: whoever asks next gets a new one.
  pool.on('error', () => {})
  // Nor may one that ends between two statements of somebody end the process: the next statement fails, and says why.
  pool.on('connect', (client) => void client.on('error', () => {}))

  async function withClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect()
    try {
      const result = await work(client)
      client.release()
      return result
    } catch (error) {
      // What the server itself has refused leaves the connection usable; anything else ends it, answered or not.
      client.release(!isRefusal(error))
      throw error
    }
  }
  const queryOf =
    (client: PoolClient): Query =>
    async <R extends Row>(text: string, values: readonly unknown[] = []) =>
      (await client.query<R>(text, [...values])).rows

  return {
    query: (text, values) => withClient((client) => queryOf(client)(text, values)),
    transaction: (work) =>
      withClient(async (client) => {
        await client.query('BEGIN')
        try {
          const result = await work(queryOf(client))
          await client.query('COMMIT')
          return result
        } catch (error) {
          // Any other failure ends the connection, and the transaction with it.
          if (isRefusal(error)) await client.query('ROLLBACK')
          throw error
        }
      }),
    listen: (channels, onNotice, onLost) => listen(config, channels, onNotice, onLost),
    name: nameOf(url),
    close: () => pool.end(),
  }
}

async function listen(
  config: ClientConfig,
  channels: readonly string[],
  onNotice: (channel: string, payload: string) => void,
  onLost: () => void,
): Promise<Listener> {
  const client = new Client(config)
  let closed = false
  const lost = () => {
    if (closed) return
    closed = true
    onLost()
  }
  client.on('error', lost)
  client.on('end', lost)
  client.on('notification', ({ channel, payload }) => onNotice(channel, payload ?? ''))
  try {
    await client.connect()
    for (const channel of channels) await client.query(`LISTEN ${client.escapeIdentifier(channel)}`)
  } catch (error) {
    closed = true
    void client.end().catch(() => {})
    throw error
  }
  return {
    async close() {
      closed = true
      await client.end().catch(() => {})
    },
  }
}

/** Whether the server has answered, with an error that leaves the connection as it is: by its SQLSTATE. */
export function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  // Classes 08 and 57P: the connection, and a server that ends it.
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^(08|57P)/.test(code) && code !== '25P03'
}

/** Where a database is, without user, password and parameters. */
function nameOf(url: string): string {
  const parsed = URL.parse(url)
  return parsed ? `${parsed.host}${parsed.pathname}` : 'an address that is none'
}

/** What a query answers for somebody who waits for it, or `unavailable` in words. */
export async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    const { because, mend } = wordsOf(error)
    throw new EvenkeelError('unavailable', `Not now: ${because}. ${mend}`, { cause: error, written: 'none' })
  }
}
