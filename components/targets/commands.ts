import type { SeriesView } from '@/lib/model/answers/series.ts'
import type { Labels } from '@/lib/model/series.ts'

export type CommandRow = { command: string; perSecond: number; share: number; meanSeconds: number | null; busyShare: number | null }

/** From rates of calls and of seconds by command: what is called, how long one takes, and how much of the server's time that is. Pure. */
export function commandRows(calls: readonly SeriesView[], seconds: readonly SeriesView[]): CommandRow[] {
  const busy = new Map(seconds.map((one) => [commandOf(one.labels), mean(one)]))
  const rows = calls
    .map((one) => ({ command: commandOf(one.labels), perSecond: mean(one) ?? 0 }))
    .filter((row) => row.command !== '' && row.perSecond > 0)
  const all = rows.reduce((sum, row) => sum + row.perSecond, 0)
  const allBusy = rows.reduce((sum, row) => sum + (busy.get(row.command) ?? 0), 0)
  return rows.map((row) => {
    const spent = busy.get(row.command) ?? null
    return {
      ...row,
      share: row.perSecond / all,
      meanSeconds: spent === null ? null : spent / row.perSecond,
      busyShare: spent === null || allBusy === 0 ? null : spent / allBusy,
    }
  })
}

const commandOf = (labels: Labels) => labels.command ?? ''

function mean({ points }: SeriesView): number | null {
  const values = points.flatMap(([, value]) => (value === null ? [] : [value]))
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null
}
