import type { Clients } from './clients.ts'
import { readMetricData } from './metricData.ts'
import { PERIOD_MS } from './pace.ts'
import { queriesOf } from './queries.ts'
import type { Told } from './readings.ts'
import type { Thing } from './things.ts'

export const thingKey = ({ of, id }: Pick<Thing, 'of' | 'id'>): string => `${of} ${id}`

type Read = { at: number; told: Map<string, Told> }
/** The newest minutes of all things of one region, asked anew when `everyMs` have passed. */
export type Meter = (everyMs: number) => Promise<Read>

/** So much history a target begins with, and as much is asked again each time, so that late minutes are not lost: the price is by the metric. */
const SPAN_MS = 15 * PERIOD_MS
const READ_MS = 60_000
/** What failed is not asked again by the next of many targets. */
const RETRY_MS = 30_000

/** Reads the metrics of all things by the same few requests, whoever asks. */
export function createMeter(clients: Clients, things: () => readonly Thing[], now: () => number): Meter {
  let newest: Read | null = null
  let reading: Promise<Read> | null = null
  let failed: { at: number; error: unknown } | null = null

  async function read(everyMs: number): Promise<Read> {
    const at = now()
    const to = Math.floor(at / PERIOD_MS) * PERIOD_MS
    try {
      newest = { at, told: await readTold(clients, things(), { from: to - SPAN_MS - everyMs, to }, AbortSignal.timeout(READ_MS)) }
      failed = null
      return newest
    } catch (error) {
      failed = { at, error }
      throw error
    }
  }

  return (everyMs) => {
    if (newest && now() - newest.at < everyMs) return Promise.resolve(newest)
    if (!reading && failed && now() - failed.at < RETRY_MS) return Promise.reject(failed.error)
    reading ??= read(everyMs).finally(() => {
      reading = null
    })
    return reading
  }
}

async function readTold(
  clients: Clients,
  things: readonly Thing[],
  span: { from: number; to: number },
  signal: AbortSignal,
): Promise<Map<string, Told>> {
  const all = things.flatMap((thing) => queriesOf(thing).map((query) => ({ thing, query })))
  const told = new Map<string, Told>()
  if (all.length === 0) return told
  const queries = all.map(({ query }) => query)
  const minutes = await readMetricData(clients, queries, span, signal)
  all.forEach(({ thing, query }, at) => {
    const of = told.get(thingKey(thing)) ?? {}
    of[query.key] = minutes[at]!
    told.set(thingKey(thing), of)
  })
  return told
}
