import { parseJson } from '../../model/json.ts'
import type { RingFollower } from '../../model/topology.ts'

const FOLLOWERS_MAX = 1_000
/** A follower not heard of for a day has ended without taking itself off the list. */
const FORGOTTEN_MS = 86_400_000

export const followersKey = (key: string) => `${key}:followers`

/** Reads the hash in which applications report themselves: `{name, version, at}`. What cannot be read is left out. */
export function readFollowers(fields: Record<string, string>, now: number): RingFollower[] {
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
    if (!Number.isFinite(at) || typeof report.version !== 'number' || now - at > FORGOTTEN_MS) continue
    // A clock that runs ahead does not make a follower fresh for longer than it is.
    followers.push({
      name: (typeof report.name === 'string' ? report.name : field).slice(0, 200),
      version: report.version,
      seenAt: Math.min(at, now),
    })
  }
  return followers.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}
