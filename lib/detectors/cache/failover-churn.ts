import { z } from 'zod'
import { duration as durationText, safe } from '../../format/format.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import type { RoleChange } from '../../model/record.ts'
import { familiesOf } from '../groups.ts'
import { evidence, staleBecause } from '../rows.ts'
import { duration, patience, threshold } from '../settings.ts'

type Settings = DetectorSettings & { changes: number; within: number; holds: number }
type Promotion = { at: number; target: string }

/** So many of the newest are named. */
const NAMED = 4

export const failoverChurn: Detector<Settings> = {
  id: 'cache/failover-churn',
  title: 'Primary changes again and again',
  why: 'Each fail-over refuses writes for seconds, drops what the old primary had not yet passed on, and costs a copy of all data when it comes back as a replica. When it happens again and again, the primary is not dead but stalls for longer than the others wait: by a slow command, a fork, swap, a busy neighbour, a network that loses packets. Find the stall, or let them wait longer: `down-after-milliseconds` of the Sentinels, `cluster-node-timeout` of a cluster.',
  harmless: 'During a maintenance that moves the primary there and back; two changes are what it takes.',
  settings: z.strictObject({
    ...patience('0s', '30s'),
    changes: threshold(3, 'New primaries within that time: a rolling upgrade has one, or two if it goes back'),
    within: duration('30m', 'The time within which the primary must change that often'),
    holds: duration(
      '10s',
      'A new primary counts once it stayed one for this long: a replica that starts afresh says for a moment that it is one',
    ),
  }),
  needs: { spanMs: 60_000, metrics: ['redis_role_primary'], records: ['role-change'] },
  detect: (window, topology, settings) =>
    familiesOf(topology)
      .values()
      .flatMap((nodes): Verdict[] => {
        // The name that comes first stands for the group, whoever is its primary.
        const [subject, ...others] = nodes.map(({ name }) => ({ target: name })).sort((a, b) => (a.target < b.target ? -1 : 1))
        const roles = nodes.flatMap(({ name }) => window.series('redis_role_primary', { target: name }))
        const clear = [subject!, ...others].map((one): Verdict => ({ subject: one, is: 'clear' }))
        const stale = roles.length === 0 ? 'its role is not reported' : roles.map((role) => staleBecause(role, window.to))
        if (typeof stale === 'string' || stale.every((because) => because !== null))
          return clear.map((one): Verdict => ({ ...one, is: 'unjudged', because: typeof stale === 'string' ? stale : stale[0]! }))
        const from = window.to - settings.within
        const all = roles
          .flatMap(({ labels }) => promotions(window.records('role-change', labels.target), window.to, settings.holds))
          .filter(({ at }) => at >= from)
          .sort((a, b) => a.at - b.at)
        if (all.length < settings.changes) return clear
        const names = all.slice(-NAMED).map(({ target }) => safe(target, 60))
        return [
          {
            subject: subject!,
            is: 'found',
            severity: 'warning',
            summary: `${all.length} new primaries in ${durationText(window.to - all[0]!.at)} among ${nodes.length} servers: ${all.length > NAMED ? '… ' : ''}${names.join(', then ')}`,
            evidence: [
              evidence({ from: all[0]!.at, to: window.to }, 'redis_role_primary', subject!, 'new primaries', all.length, 'count', {
                threshold: settings.changes,
                method: `each a replica before, and a primary for ${durationText(settings.holds)} at least`,
              }),
            ],
          },
          ...clear.slice(1),
        ]
      }),
}

/** When a replica became a primary and stayed one. */
function promotions(newestFirst: readonly RoleChange[], to: number, holds: number): Promotion[] {
  return newestFirst.flatMap(({ role, at, target }, i): Promotion[] => {
    const ended = newestFirst[i - 1]?.at ?? to
    return role === 'primary' && ended - at >= holds ? [{ at, target }] : []
  })
}
