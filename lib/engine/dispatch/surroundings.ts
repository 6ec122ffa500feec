import type { Causality } from '../../model/cause.ts'
import type { Finding } from '../../model/finding.ts'
import type { Route } from '../../model/notice.ts'
import type { Store } from '../../model/store.ts'
import type { Topology } from '../../model/topology.ts'
import { firingAlerts } from './alerts.ts'
import { ONSETS_MS, onsetsOf } from './flaps.ts'
import { followersOf, isDownNow } from './followers.ts'
import type { Surroundings } from './mute.ts'
import { findingLabels, routesOf } from './route.ts'

/** What connects findings to their causes. */
export type Causes = { topology(): Topology; causality: Causality }

/** All that the muting stages look at, from the store. `more`: what is asked about as if it fired. */
export function surroundingsOf(
  store: Pick<Store, 'findings' | 'changes' | 'memory' | 'silences'>,
  routes: readonly Route[],
  causes: Causes | null,
  at: number,
  more: readonly Finding[] = [],
): Surroundings {
  const firing = [...firingAlerts(store, at), ...more]
  const recent = store.findings.list(({ firingAt, resolvedAt }) => (firingAt ?? 0) > at - ONSETS_MS || (resolvedAt ?? 0) > at - ONSETS_MS)
  return {
    firing,
    silences: store.silences.list(),
    followers: followersFrom(firing, recent, routes, causes, at),
    onsets: onsetsOf(recent.filter(({ firingAt }) => firingAt !== undefined)),
    at,
  }
}

/** A cause that nobody is told of holds nothing back. */
export function followersFrom(
  firing: readonly Finding[],
  recent: readonly Finding[],
  routes: readonly Route[],
  causes: Causes | null,
  at: number,
): Surroundings['followers'] {
  const downs = [...new Set([...firing, ...recent])].filter(
    (finding) => isDownNow(finding, at) && routesOf(routes, findingLabels(finding)).length > 0,
  )
  return followersOf(firing, downs, causes && downs.length > 0 ? causes.topology() : null, causes?.causality ?? null)
}
