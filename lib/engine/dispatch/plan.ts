import type { Finding, Severity } from '../../model/finding.ts'
import type { Notice, Route } from '../../model/notice.ts'
import { type Looking, loggedAfter, notificationOf, type Reason } from './dedup.ts'
import { digestKeyOf, type Group, groupKeyOf, groupsOf } from './group.ts'
import { type LimitState, limited } from './limit.ts'
import { mutesOf, type Surroundings } from './mute.ts'
import type { LogEntry } from './notificationLog.ts'

/** What a route remembers of what it has sent. */
export type RouteState = { log: ReadonlyMap<string, LogEntry>; limit: LimitState }

/** A notice before it is known to whom it goes. */
export type Draft = Omit<Notice, 'receiver' | 'externalUrl'>

/** What a route sends now, and what it remembers of it. `groups` says of each group that is told why. `log` holds the entries that changed. */
export type Plan = { notices: Draft[]; groups: { name: string; reasons: Reason[] }[]; log: Map<string, LogEntry>; limit: LimitState }

export type PlanOptions = Surroundings & {
  route: Route
  /** The identity of the route. */
  key: string
  /** What the route takes of all that fires. */
  taken: readonly Finding[]
  current: Looking['current']
  state: RouteState
}

const NOTHING_SENT: LogEntry = { firing: [], at: 0 }
const RANK: Record<Severity, number> = { critical: 0, warning: 1, info: 2 }

/**
 * One route at one moment, in Alertmanager's stages: inhibition, causes, flaps, silences, quiet hours, groups, deduplication by the notification log, limit. It is pure, so that what
 * would have been sent can be computed from history too.
 */
export function planRoute({ route, key, taken, current, state, ...surroundings }: PlanOptions): Plan {
  const { at } = surroundings
  const mutes = mutesOf(route, surroundings)
  const audible = taken.filter((finding) => mutes.of(finding) === null)
  const log = new Map<string, LogEntry>()
  const due: Due[] = []
  for (const group of groupsOf(route, audible, state.log.keys())) {
    const last = state.log.get(group.name) ?? NOTHING_SENT
    const looking = { firing: group.firing, current, isQuiet: mutes.isQuiet, at }
    const decision = notificationOf(last, looking, route)
    const logged = loggedAfter(last, decision, looking)
    // What is known no more has ended without a word.
    const silent = decision.is === 'notify' && decision.reasons.length === 0
    if (decision.is === 'notify' && !silent) due.push({ group, ...decision, logged })
    else if (silent || logged.dueAt !== last.dueAt) log.set(group.name, logged)
  }
  // Where not all may go at once, the worst does.
  if (route.limit) due.sort((a, b) => worst(a) - worst(b))
  const { send, digest, state: limit } = limited(route.limit, state.limit, due.map(noticesIn), at)
  const told = digest ? due : due.slice(0, send)
  for (const { group, logged } of told) log.set(group.name, logged)
  return {
    notices: digest
      ? draftsOf({ groupLabels: {}, groupKey: digestKeyOf(key), digest: true }, due.flatMap(({ firing }) => firing), due.flatMap(({ resolved }) => resolved)) // biome-ignore format: one line
      : told.flatMap(({ group, firing, resolved }) =>
          draftsOf({ groupLabels: group.labels, groupKey: groupKeyOf(key, group.name) }, firing, resolved),
        ),
    groups: told.map(({ group, reasons }) => ({ name: group.name, reasons })),
    log,
    limit,
  }
}

/** A group that has something to send. `logged`: its entry in the notification log once that is sent. */
type Due = { group: Group; reasons: Reason[]; firing: Finding[]; resolved: Finding[]; logged: LogEntry }

const noticesIn = ({ firing, resolved }: Due): number => Number(firing.length > 0) + Number(resolved.length > 0)

const worst = ({ firing, resolved }: Due): number =>
  firing.length > 0 ? Math.min(...firing.map(({ severity }) => RANK[severity])) : RANK.info + Math.min(...resolved.map(({ severity }) => RANK[severity])) // biome-ignore format: one line

function draftsOf(about: Omit<Draft, 'status' | 'findings'>, firing: Finding[], resolved: Finding[]): Draft[] {
  return [
    ...(firing.length > 0 ? [{ ...about, status: 'firing' as const, findings: firing }] : []),
    ...(resolved.length > 0 ? [{ ...about, status: 'resolved' as const, findings: resolved }] : []),
  ]
}
