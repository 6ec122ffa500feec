import type { Finding } from '../../model/finding.ts'
import type { AboutFinding } from '../../model/notice.ts'
import { labelsKey } from '../../model/series.ts'

/** What began to fire this often within this time flaps, until it is steadier. */
const FLAPS_MIN = 5
const FLAPS_MS = 600_000

/** How often it began to fire within ten minutes, and until when it counts as flapping if it does not again. `first`: with this one it began to flap. */
export type Flapping = { times: number; until: number; first: boolean }

/** When each rule began to fire on each subject, the oldest first. */
export type Onsets = ReadonlyMap<string, readonly number[]>

const keyOf = ({ rule, subject }: Pick<Finding, 'rule' | 'subject'>): string => `${rule} ${labelsKey(subject)}`
const firedAt = ({ firingAt, since }: Pick<Finding, 'firingAt' | 'since'>): number => firingAt ?? since

/** How far back onsets matter: whether an earlier one flapped hangs on those before it. */
export const ONSETS_MS = 2 * FLAPS_MS

export function onsetsOf(findings: Iterable<Finding>): Onsets {
  const onsets = new Map<string, number[]>()
  for (const finding of findings) {
    const key = keyOf(finding)
    const known = onsets.get(key)
    if (known) known.push(firedAt(finding))
    else onsets.set(key, [firedAt(finding)])
  }
  // At one moment it began once, by however many findings.
  return new Map([...onsets].map(([key, times]) => [key, [...new Set(times)].sort((a, b) => a - b)]))
}

/**
 * Flap damping: from the fifth time within ten minutes on, neither its beginning nor its end is told until it is steadier; the fifth itself is
 * told, and says so. Null while it does not flap.
 */
export function flappingOf(finding: Finding, onsets: Onsets, at: number): Flapping | null {
  const fired = firedAt(finding)
  const known = onsets.get(keyOf(finding)) ?? []
  if (known.length + 1 < FLAPS_MIN) return null
  const times = (known.includes(fired) ? known : [...known, fired].sort((a, b) => a - b)).filter((time) => time <= at)
  const within = (end: number) => times.filter((time) => time > end - FLAPS_MS && time <= end).length
  const count = within(at)
  if (count < FLAPS_MIN) return null
  const before = times.findLast((time) => time < fired)
  return {
    times: count,
    until: times.at(-FLAPS_MIN)! + FLAPS_MS,
    first: within(fired) >= FLAPS_MIN && (before === undefined || within(before) < FLAPS_MIN),
  }
}

/** When something that flaps may be steadier. */
export const steadyTimes = (onsets: Onsets): number[] =>
  [...onsets.values()].flatMap((times) => (times.length < FLAPS_MIN ? [] : times.map((time) => time + FLAPS_MS)))

/** What a notice says of a finding that flaps: the next beginnings and ends are not told. */
export function flapNote(finding: Finding, { onsets, at }: { onsets: Onsets; at: number }): Pick<AboutFinding, 'note'> {
  const flapping = flappingOf(finding, onsets, at)
  if (!flapping) return {}
  return { note: `It began ${flapping.times} times within ${FLAPS_MS / 60_000} minutes: it is told again when it is steadier` }
}
