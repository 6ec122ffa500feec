import type { Finding } from '../../model/finding.ts'
import type { Route } from '../../model/notice.ts'
import { type Labels, labelsKey, labelsMatch } from '../../model/series.ts'

/** What routes and silences match on: the subject's labels, the rule and the severity. */
export const findingLabels = (finding: Finding): Labels => ({ ...finding.subject, rule: finding.rule, severity: finding.severity })

/** `info` is no alarm: it is sent only where a route asks for it by name. */
export const routeTakes = (route: Route, finding: Finding): boolean =>
  labelsMatch(findingLabels(finding), route.match as Labels) && (finding.severity !== 'info' || route.match.severity === 'info')

/** The group that a finding belongs to on a route; one without one of the labels has a group of its own. */
export function groupOf(route: Route, finding: Finding): { key: string; labels: Labels } {
  const all = findingLabels(finding)
  const labels: Record<string, string> = {}
  for (const name of route.group) {
    const value = all[name]
    if (value === undefined) return { key: `finding ${finding.id}`, labels: {} }
    labels[name] = value
  }
  return { key: labelsKey(labels), labels }
}

/**
 * Alertmanager's group key, `ROUTE:LABELS`. Labels alone would be the same `{}` of every group that has none, and a receiver that
 * deduplicates by it would resolve the wrong one.
 */
export const groupKeyOf = (route: string, group: string): string =>
  `{}/{route=${JSON.stringify(route)}}:${group.startsWith('{') ? group : `{finding=${JSON.stringify(group.replace(/^finding /, ''))}}`}`
