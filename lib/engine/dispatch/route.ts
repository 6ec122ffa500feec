import { createHash } from 'node:crypto'
import type { Finding } from '../../model/finding.ts'
import type { Route } from '../../model/notice.ts'
import { type Labels, labelsMatch } from '../../model/series.ts'

/** What routes and silences match on: the subject's labels, the rule and the severity. */
export const findingLabels = (finding: Finding): Labels => ({ ...finding.subject, rule: finding.rule, severity: finding.severity })

/** `info` is no alarm: it is sent only where a route asks for it by name. */
export const routeTakes = (route: Route, finding: Finding): boolean =>
  labelsMatch(findingLabels(finding), route.match as Labels) && (finding.severity !== 'info' || route.match.severity === 'info')

/**
 * The identity of a route: its place and a hash of what it matches, to whom it sends and how it groups. An edited route has another one, so it
 * starts with an empty notification log.
 */
export const routeKey = (route: Route, index: number): string =>
  `${index}-${createHash('sha256')
    .update(JSON.stringify([route.match, route.to, route.group]))
    .digest('hex')
    .slice(0, 12)}`
