import type { Log } from '../model/log.ts'

/** Reports a row of the database that is left out because it is damaged. */
export type OnDamaged = (noun: string, id: string) => void

/** So many damaged rows of a noun are named. */
const NAMED_MAX = 1_000

/** The report of damaged rows: each is logged once and counted by its noun. */
export function createDamagedRows(log: Log): { report: OnDamaged; sentences(): string[] } {
  const rows = new Map<string, Set<string>>()
  return {
    report(noun, id) {
      const ids = rows.get(noun) ?? new Set()
      rows.set(noun, ids)
      if (ids.has(id) || ids.size >= NAMED_MAX) return
      ids.add(id)
      log.warn({ row: id }, `A damaged row of ${noun} is left out`)
    },
    sentences: () =>
      [...rows].map(([noun, { size }]) => {
        const many = size === NAMED_MAX ? `${size} rows or more` : size === 1 ? '1 row' : `${size} rows`
        const what = noun === 'change' || noun === 'job' ? ' Compare the servers with the page of changes.' : ''
        return `${many} of ${noun} could not be read and ${size === 1 ? 'is' : 'are'} left out; the log names them.${what}`
      }),
  }
}
