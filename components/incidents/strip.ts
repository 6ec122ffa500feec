import type { IncidentView } from '@/lib/model/answers/incident.ts'

/** The strip looks back so far. */
export const STRIP_MS = 6 * 3_600_000
/** Narrower than this is not seen, and not hit by a finger. */
const LEAST = 0.006

export type Stretch = { id: string; from: number; to: number; lane: number; severity: IncidentView['severity']; firing: boolean }

/** Incidents as stretches of the strip, 0 (then) to 1 (now); what overlaps takes the next lane, three at most. Pure. */
export function stretches(
  incidents: readonly Pick<IncidentView, 'id' | 'since' | 'resolvedAt' | 'severity' | 'state'>[],
  now: number,
  spanMs = STRIP_MS,
): Stretch[] {
  const at = (ms: number) => Math.round((1 - (now - ms) / spanMs) * 1e6) / 1e6
  const ends = [0, 0, 0]
  return [...incidents]
    .sort((a, b) => Date.parse(a.since) - Date.parse(b.since))
    .flatMap((one) => {
      const to = Math.min(1, one.resolvedAt ? at(Date.parse(one.resolvedAt)) : 1)
      if (to <= 0) return []
      const from = Math.max(0, Math.min(at(Date.parse(one.since)), to - LEAST))
      const free = ends.findIndex((end) => end <= from)
      const lane = free < 0 ? ends.length - 1 : free
      ends[lane] = to
      return [{ id: one.id, from, to, lane, severity: one.severity, firing: one.state === 'firing' }]
    })
}
