import type { KeySampling, NewRecord } from '../model/record.ts'

/** A sampling is kept for each ten minutes, so that two times can be compared. */
const EVERY_MS = 600_000
/** Written at the end of them alone: what comes each few seconds is not written to the disk twice. */
const LAST_MS = 30_000

type Row = KeySampling['rows'][number]

/** The record of what was sampled, when the time for one has come. */
export function keptSampling(what: KeySampling['what'], method: string, rows: readonly Row[], at: number): NewRecord[] {
  if (rows.length === 0 || at % EVERY_MS < EVERY_MS - LAST_MS) return []
  const kept = rows.map(({ name, share, low, high, perSecond }) => ({ name, share, low, high, perSecond }))
  return [{ kind: 'key-sampling', id: `${what} ${Math.floor(at / EVERY_MS)}`, at, what, method, rows: kept }]
}
