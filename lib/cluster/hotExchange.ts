import type { Log } from '../model/log.ts'
import type { Database } from '../store/postgres/connection.ts'
import { decodeBatch, encodeBatch, type HotBatch } from './hotBatch.ts'

export type HotExchangeOptions = {
  database: Pick<Database, 'query'>
  session: string
  /** What came since the last time. */
  next(whole: boolean): HotBatch
  /** False: something is missing to understand it. */
  take(session: string, batch: HotBatch): boolean
  /** Has the others say everything anew. */
  wantAll(): void
  log: Log
}

/** The replicated hot window: what each replica polls, passed on through a table that holds the last minute. */
export interface HotExchange {
  /** Passes on what was polled here. `wanted`: another replica needs all of it. */
  send(wanted: boolean): Promise<void>
  /** Takes up what others have polled. */
  receive(): Promise<void>
}

const KEPT = "interval '60 seconds'"
/** Everything is said anew so often in any case: a reader may have missed what it does not know of. */
const WHOLE_EVERY = 15
const PRUNE_EVERY = 10

type HotRow = { session: string; number: number; body: Buffer }

export function createHotExchange({ database: { query }, session, next, take, wantAll, log }: HotExchangeOptions): HotExchange {
  const read = new Map<string, number>()
  let number = Date.now()
  let sent = 0
  let failed = true
  const told = new Set<string>()

  return {
    async send(wanted) {
      // After a failure the readers miss what was in it.
      const whole = wanted || failed || sent % WHOLE_EVERY === 0
      failed = true
      const body = await encodeBatch(next(whole))
      await query('INSERT INTO evenkeel.hot (session, number, body) VALUES ($1, $2, $3)', [session, ++number, body])
      failed = false
      if (sent++ % PRUNE_EVERY === 0) await query(`DELETE FROM evenkeel.hot WHERE at < clock_timestamp() - ${KEPT}`)
    },
    async receive() {
      const rows = await query<HotRow>(
        `SELECT session, number, body FROM evenkeel.hot
         WHERE session <> $1 AND number > coalesce(($2::jsonb ->> session)::bigint, 0) ORDER BY at, number`,
        [session, JSON.stringify(Object.fromEntries(read))],
      )
      for (const { session: from, number: at, body } of rows) {
        const missed = read.has(from) && at !== read.get(from)! + 1
        read.set(from, at)
        const batch = await decodeBatch(body)
        if (!batch) {
          if (!told.has(from)) log.warn({ session: from }, 'another replica tells what it polls in a form that this version does not know')
          told.add(from)
          continue
        }
        if ((!take(from, batch) || missed) && !batch.whole) wantAll()
      }
      if (read.size > 100) for (const known of [...read.keys()].slice(0, 50)) read.delete(known)
    },
  }
}
