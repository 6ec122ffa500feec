import { parseJson } from '../../model/json.ts'
import type { RingFollower } from '../../model/topology.ts'

const FOLLOWERS_MAX = 1_000
/** A follower that has not reported for a day has ended without removing itself from the list. */
const FORGOTTEN_MS = 86_400_000

export const followersKey = (key: string) => `${key}:followers`

/** The followers' reports of the last poll by field, and when each came, by the monotonic clock; null: it stood there at the first poll. */
export type Reports = ReadonlyMap<string, { text: string; at: number | null }>

/** The reports after another poll; `before` is null at the first. */
export function withReports(before: Reports | null, fields: Record<string, string>, monotonic: number): Reports {
  const read = Object.entries(fields).slice(0, FOLLOWERS_MAX)
  return new Map(
    read.map(([field, text]) => {
      const known = before?.get(field)
      return [field, { text, at: known?.text === text ? known.at : before && monotonic }]
    }),
  )
}

/** For how long each report has stood, in ms, as far as it was seen to come: that holds however wrong a follower's clock is, or ours. */
export const agesOf = (reports: Reports, monotonic: number): Record<string, number> =>
  Object.fromEntries([...reports].flatMap(([field, { at }]) => (at === null ? [] : [[field, monotonic - at]])))

/**
 * Reads the hash in which applications report themselves: `{name, version, at}`. What cannot be read is left out. `ages`: of reports that were
 * seen to come, for how long they have stood; of others their own date is believed.
 */
export function readFollowers(fields: Record<string, string>, now: number, ages: Record<string, number> = {}): RingFollower[] {
  const followers: RingFollower[] = []
  for (const [field, text] of Object.entries(fields).slice(0, FOLLOWERS_MAX)) {
    let report: { name?: unknown; version?: unknown; at?: unknown } | null
    try {
      report = parseJson(text) as typeof report
    } catch {
      continue
    }
    if (typeof report !== 'object' || report === null) continue
    const at = typeof report.at === 'string' ? Date.parse(report.at) : typeof report.at === 'number' ? report.at : Number.NaN
    // A clock that runs ahead does not make a follower fresh for longer than it is.
    const seenAt = Object.hasOwn(ages, field) ? now - ages[field]! : Math.min(at, now)
    if (!Number.isFinite(at) || typeof report.version !== 'number' || now - seenAt > FORGOTTEN_MS) continue
    followers.push({
      name: (typeof report.name === 'string' ? report.name : field).slice(0, 200),
      version: report.version,
      seenAt,
    })
  }
  return followers.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}
