import type { Finding } from '../../model/finding.ts'
import type { Route, Silence } from '../../model/notice.ts'
import { endOf } from '../../model/weeklyWindow.ts'
import { TARGET_DOWN } from '../incidents/hosts.ts'
import type { Pause } from '../slices.ts'
import { onsetsOf, steadyTimes } from './flaps.ts'
import { GRACE_MS, isDownNow, NO_FOLLOWERS } from './followers.ts'
import { UNUSED } from './limit.ts'
import { type Draft, planRoute, type RouteState } from './plan.ts'
import { routeKey, takenBy } from './route.ts'
import { type Causes, followersFrom } from './surroundings.ts'

/** One notice that would have been sent. */
export type Replayed = { at: number; route: number; draft: Draft }

export type ReplayOptions = {
  routes: readonly Route[]
  /** All that fired in the span, with when it began to fire and when it ended. */
  findings: readonly Finding[]
  silences: readonly Silence[]
  causes: Causes | null
  /** Epoch ms. */
  from: number
  to: number
  pause: Pause
}

/**
 * A shadow run of the routes over what fired: the same pure stages with the time of then, so that a route can be judged before it wakes
 * anybody. It goes from one moment at which something can change to the next.
 */
export async function replay({ routes, findings, silences, causes, from, to, pause }: ReplayOptions): Promise<Replayed[]> {
  const keys = routes.map(routeKey)
  const states: RouteState[] = routes.map(() => ({ log: new Map(), limit: UNUSED }))
  const sent: Replayed[] = []
  const byId = new Map(findings.map((finding) => [finding.id, finding]))
  const onsets = onsetsOf(findings)
  const downs = findings.filter(({ rule }) => rule === TARGET_DOWN)
  const moments = [
    ...findings.flatMap((one) => [firedAt(one), one.resolvedAt ?? []].flat()),
    ...silences.flatMap((one) => [one.from, one.until]),
    ...findings.flatMap(({ resolvedAt, rule }) => (resolvedAt !== undefined && rule === TARGET_DOWN ? resolvedAt + GRACE_MS : [])),
    ...steadyTimes(onsets),
  ]
    .filter((at) => at > from && at <= to)
    .sort((a, b) => a - b)
  let passed = 0
  let begun = 0
  const begins = findings.toSorted((a, b) => firedAt(a) - firedAt(b))
  let firing: Finding[] = []
  for (let at = from; at <= to; ) {
    while (begun < begins.length && firedAt(begins[begun]!) <= at) firing.push(begins[begun++]!)
    firing = firing.filter(({ resolvedAt }) => resolvedAt === undefined || resolvedAt > at)
    const current = (id: string) => asOf(byId.get(id), at)
    const seen = firing.map((finding) => asOf(finding, at)!)
    const ended = downs.flatMap((down) => asOf(down, at) ?? []).filter((down) => firedAt(down) <= at && isDownNow(down, at))
    const followers = ended.length > 0 ? followersFrom(seen, ended, routes, causes, at) : NO_FOLLOWERS
    for (const [index, taken] of takenBy(routes, seen).entries()) {
      const [route, state] = [routes[index]!, states[index]!]
      if (taken.length === 0 && state.log.size === 0 && state.limit.digestAt === undefined) continue
      const planned = planRoute({ route, key: keys[index]!, taken, firing: seen, silences, followers, onsets, current, state, at })
      for (const draft of planned.notices) sent.push({ at, route: index, draft })
      states[index] = { log: merged(state.log, planned.log), limit: planned.limit }
    }
    while (passed < moments.length && moments[passed]! <= at) passed++
    const own = states.flatMap((state, index) => [...momentsOf(routes[index]!, state, firing.length > 0, at)])
    at = Math.min(moments[passed] ?? Number.POSITIVE_INFINITY, ...own.filter((one) => one > at))
    await pause()
  }
  return sent
}

/** When a route by itself has something to do: a wait ends, what lasts is told again, a digest is due, or quiet hours end. */
function* momentsOf({ repeatMs, quiet }: Route, { log, limit }: RouteState, fires: boolean, at: number): Generator<number> {
  for (const { dueAt, at: last, firing } of log.values()) {
    if (dueAt !== undefined) yield dueAt
    if (firing.length > 0) yield last + repeatMs
  }
  if (limit.digestAt !== undefined) yield limit.digestAt
  if (fires || log.size > 0) for (const hours of quiet) yield endOf(hours, at) ?? at
}

const firedAt = ({ firingAt, since }: Finding): number => firingAt ?? since

/** A finding as it stood at a moment: what came later is not known then. */
function asOf(finding: Finding | undefined, at: number): Finding | null {
  if (!finding) return null
  const { resolvedAt, acknowledged, ...rest } = finding
  const over = resolvedAt !== undefined && resolvedAt <= at
  return {
    ...rest,
    state: over ? 'resolved' : 'firing',
    ...(over && { resolvedAt }),
    ...(acknowledged && acknowledged.at <= at && { acknowledged }),
  }
}

/** The log with the entries that changed; one of which nothing is left is dropped, as the store does. */
function merged(log: RouteState['log'], changed: RouteState['log']): RouteState['log'] {
  if (changed.size === 0) return log
  const all = new Map([...log, ...changed])
  return new Map([...all].filter(([, { firing, dueAt }]) => firing.length > 0 || dueAt !== undefined))
}
