import { randomUUID } from 'node:crypto'
import { type ErrorCode, EvenkeelError } from '../model/error.ts'
import type { Log } from '../model/log.ts'
import { asked, type Database } from '../store/postgres/connection.ts'

/** An answer as it goes between replicas: what the call answers, or why it was refused. */
export type CallAnswer = { answer: unknown } | { code: ErrorCode; message: string; written?: 'none' }

export type CallsOptions = {
  database: Pick<Database, 'query'>
  session: string
  /** Whether this replica answers calls about that target now. */
  answers(target: string): boolean
  /** Runs one call and answers; what it throws is the answer, too. */
  run(request: unknown): Promise<unknown>
  monotonic?(): number
  sleep(ms: number): Promise<void>
  log: Log
}

/**
 * Remote procedure calls between replicas through a table: a call about a target is run by the replica that has it, at most once, because whoever
 * runs it claims its row first. While the target changes hands the call waits for the next owner.
 */
export interface Calls {
  /** Throws what the call throws; `unavailable` when nobody has run it, or it is not known what became of it. */
  ask(target: string, request: unknown): Promise<unknown>
  /** Runs what waits for this replica. */
  serve(): Promise<void>
  /** Somebody has called or answered: whoever waits looks at once. */
  wake(): void
}

/** A caller waits no longer than this: the taking over of a target takes less. */
const WAIT_MS = 16_000
const LOOK_MS = 400
const CHANNEL = 'evenkeel_call'
/** What nobody fetches any more. */
const KEPT = "interval '5 minutes'"

export function createCalls({
  database: { query },
  session,
  answers,
  run,
  monotonic = () => performance.now(),
  sleep,
  log,
}: CallsOptions): Calls {
  let waiting: (() => void)[] = []
  const underWay = new Set<string>()
  const wake = () => {
    const woken = waiting
    waiting = []
    for (const one of woken) one()
  }
  const pause = () => Promise.race([sleep(LOOK_MS), new Promise<void>((resolve) => waiting.push(resolve))])

  async function answer(id: string, request: string): Promise<void> {
    underWay.add(id)
    const result: CallAnswer = await run(JSON.parse(request)).then(
      (value) => ({ answer: value ?? null }),
      (error: unknown) => refusalOf(error, log),
    )
    // It is done: the caller must hear of it, if at all possible.
    for (let tries = 0; tries < 5; tries++)
      try {
        await query(`UPDATE evenkeel.call SET state = 'done', answer = $2 WHERE id = $1`, [id, JSON.stringify(result)])
        await query('SELECT pg_notify($1, $2)', [CHANNEL, id])
        break
      } catch (error) {
        log.warn({ err: error, call: id }, 'the answer to another replica could not be given')
        await sleep(500)
      }
    underWay.delete(id)
  }

  return {
    wake,
    async ask(target, request) {
      const id = randomUUID()
      const until = monotonic() + WAIT_MS
      await asked(query('INSERT INTO evenkeel.call (id, target, request) VALUES ($1, $2, $3)', [id, target, JSON.stringify(request)]))
      await asked(query('SELECT pg_notify($1, $2)', [CHANNEL, id]))
      while (monotonic() < until) {
        await pause()
        const [row] = await query<{ state: string; answer: string | null }>('SELECT state, answer FROM evenkeel.call WHERE id = $1', [
          id,
        ]).catch(() => [])
        if (row?.state === 'done') return unpacked(JSON.parse(row.answer!) as CallAnswer)
      }
      // Nobody begins it once this is written.
      const [given] = await asked(
        query<{ id: string }>(`UPDATE evenkeel.call SET state = 'given up' WHERE id = $1 AND state = 'waiting' RETURNING id`, [id]),
      )
      if (given)
        throw new EvenkeelError('unavailable', 'No replica has this target just now, so nothing was done. Try again in some seconds.', {
          written: 'none',
        })
      throw new EvenkeelError(
        'unavailable',
        'The replica that has this target has begun and not answered: look at the changes before you try again.',
      )
    },
    async serve() {
      const rows = await query<{ id: string; target: string }>(
        `SELECT id, target FROM evenkeel.call WHERE state = 'waiting' AND at > clock_timestamp() - interval '20 seconds' ORDER BY at`,
      )
      for (const { id, target } of rows) {
        if (underWay.has(id) || !answers(target)) continue
        const [claimed] = await query<{ request: string }>(
          `UPDATE evenkeel.call SET state = 'running', session = $2 WHERE id = $1 AND state = 'waiting' RETURNING request`,
          [id, session],
        )
        if (claimed) void answer(id, claimed.request)
      }
      if (Math.random() < 0.02) await query(`DELETE FROM evenkeel.call WHERE at < clock_timestamp() - ${KEPT}`)
    },
  }
}

function refusalOf(error: unknown, log: Log): CallAnswer {
  if (error instanceof EvenkeelError) return { code: error.code, message: error.message, ...(error.written && { written: error.written }) }
  log.error({ err: error }, 'a call of another replica failed')
  return { code: 'internal', message: 'Something went wrong at the replica that has this target; its log has more.' }
}

function unpacked(result: CallAnswer): unknown {
  if ('answer' in result) return result.answer
  throw new EvenkeelError(result.code, result.message, result.written ? { written: result.written } : undefined)
}
