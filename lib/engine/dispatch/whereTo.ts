import type { Finding } from '../../model/finding.ts'
import type { Route } from '../../model/notice.ts'
import type { Labels } from '../../model/series.ts'
import { groupOf } from './group.ts'
import { digestTimeOf, type LimitState } from './limit.ts'
import { type Muted, mutesOf, type Surroundings } from './mute.ts'
import { findingLabels, routesOf } from './route.ts'

/** A route that takes a finding, and when and why it tells of it. */
export type Destination = {
  /** Its place among the routes. */
  route: number
  to: string[]
  group: Labels
  /** Why it does not tell of it at once. */
  held: Muted | { why: 'limit'; until: number } | null
  /** When it tells of it if nothing changes (epoch ms); null while that hangs on another finding's end, or never. */
  tellsAt: number | null
}

type Asked = Surroundings & { routes: readonly Route[]; limitOf(index: number): LimitState }

/** Where a finding goes that begins to fire now, by the stages that notices take. */
export const whereTo = (finding: Finding, { routes, limitOf, ...surroundings }: Asked): Destination[] =>
  routesOf(routes, findingLabels(finding)).map((index) => {
    const route = routes[index]!
    const muted = mutesOf(route, surroundings).of(finding)
    const digestAt = digestTimeOf(route.limit, limitOf(index), surroundings.at)
    const limited = digestAt === null ? null : ({ why: 'limit', until: digestAt } as const)
    const heard = audibleFrom(route, finding, surroundings)
    const tellsAt = heard === null ? null : Math.max(heard + route.waitMs, muted ? 0 : (digestAt ?? 0))
    return { route: index, to: route.to, group: groupOf(route, finding).labels, held: muted ?? limited, tellsAt }
  })

/** One mute may end within another; quiet hours that never end are found so too. */
const MUTES_MAX = 6

/** From when on it is muted no longer if nothing else changes; null while another finding holds it back, or for ever. */
function audibleFrom(route: Route, finding: Finding, surroundings: Surroundings): number | null {
  let from = surroundings.at
  for (let mutes = 0; mutes < MUTES_MAX; mutes++) {
    const muted = mutesOf(route, { ...surroundings, at: from }).of(finding)
    if (muted === null) return from
    if (muted.why === 'inhibit' || muted.until === null) return null
    from = muted.until
  }
  return null
}
