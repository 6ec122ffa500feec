import type { KeySampling, NewRecord } from '../model/record.ts'

/** A sampling is kept for each ten minutes, so that two times can be compared. */
const EVERY_MS = 600_000
/** Taken at the end of them alone: what comes each few seconds is not written to the disk twice. Of thousands of caches each tells its patterns once in it. */
const LAST_MS = 90_000

/** The hot keys and the patterns among fresh records as a sampling, when the time for one has come. */
export function keptSamplings(records: readonly NewRecord[], at: number): NewRecord[] {
  if (at % EVERY_MS < EVERY_MS - LAST_MS) return []
  const hot = records.filter((one) => one.kind === 'hot-key')
  const patterns = records.filter((one) => one.kind === 'key-pattern')
  const kept = (what: KeySampling['what'], method: string, rows: KeySampling['rows']): NewRecord[] =>
    rows.length === 0 ? [] : [{ kind: 'key-sampling', id: `${what} ${Math.floor(at / EVERY_MS)}`, at, what, method, rows }]
  return [
    ...kept(
      'hot',
      hot[0]?.method ?? '',
      hot.map(({ key, share, low, high, perSecond }) => ({ name: key, share, low, high, perSecond })),
    ),
    ...kept(
      'patterns',
      'sample of keys',
      patterns.map(({ pattern, share, low, high }) => ({ name: pattern, share, low, high, perSecond: null })),
    ),
  ]
}
