import { createHash } from 'node:crypto'
import type { Finding } from '../../model/finding.ts'
import { matcherFits } from '../../model/matching.ts'
import type { Route } from '../../model/notice.ts'
import { type Labels, labelsMatch } from '../../model/series.ts'

/** What routes and silences match on: the subject's labels, those of its target, the rule and the severity. */
export const findingLabels = (finding: Pick<Finding, 'subject' | 'labels' | 'rule' | 'severity'>): Labels => ({
  ...finding.labels,
  ...finding.subject,
  rule: finding.rule,
  severity: finding.severity,
})

/** `info` is no alarm: it is sent only where a route asks for it by name. */
const routeTakes = (route: Route, labels: Labels): boolean =>
  labelsMatch(labels, route.match as Labels) &&
  (route.matchers ?? []).every((matcher) => matcherFits(matcher, labels)) &&
  (labels.severity !== 'info' || route.match.severity === 'info')

/** The places of the routes that take a finding: the first that matches, and those after it for as long as each says `continue`. */
export function routesOf(routes: readonly Route[], labels: Labels): number[] {
  const taken: number[] = []
  for (const [index, route] of routes.entries()) {
    if (!routeTakes(route, labels)) continue
    taken.push(index)
    if (!route.continue) break
  }
  return taken
}

/** What each route takes of the findings, in the order of the routes. */
export function takenBy<F extends Finding>(routes: readonly Route[], findings: readonly F[]): F[][] {
  const taken: F[][] = routes.map(() => [])
  for (const finding of findings) for (const index of routesOf(routes, findingLabels(finding))) taken[index]!.push(finding)
  return taken
}

/**
 * The identity of a route: its place and a hash of what it matches, to whom it sends and how it groups. An edited route has another one, so it
 * starts with an empty notification log.
 */
export const routeKey = (route: Route, index: number): string =>
  `${index}-${createHash('sha256')
    .update(JSON.stringify([route.match, route.to, route.group, ...(route.matchers?.length ? [route.matchers] : [])]))
    .digest('hex')
    .slice(0, 12)}`
