import type { Finding } from '../../model/finding.ts'
import type { Route } from '../../model/notice.ts'
import { type Labels, labelsKey } from '../../model/series.ts'
import { findingLabels } from './route.ts'

/** The findings of one notice, because they share the values of the route's `group` labels. `name`: unique on its route. */
export type Group = { name: string; labels: Labels; firing: Finding[] }

/** The groups of what a route takes: those of what fires, and those `remembered` of which nothing fires any more, so that their end is sent. */
export function groupsOf(route: Pick<Route, 'group'>, firing: readonly Finding[], remembered: Iterable<string>): Group[] {
  const groups = new Map<string, Group>()
  for (const finding of firing) {
    const { name, labels } = groupOf(route, finding)
    const group = groups.get(name) ?? { name, labels, firing: [] }
    group.firing.push(finding)
    groups.set(name, group)
  }
  for (const name of remembered) if (!groups.has(name)) groups.set(name, { name, labels: labelsOf(name), firing: [] })
  return [...groups.values()]
}

/** The group that a finding belongs to on a route; one without one of the labels has a group of its own. */
export function groupOf(route: Pick<Route, 'group'>, finding: Finding): { name: string; labels: Labels } {
  const all = findingLabels(finding)
  const labels: Record<string, string> = {}
  for (const name of route.group) {
    const value = all[name]
    if (value === undefined) return { name: `${ALONE}${finding.id}`, labels: {} }
    labels[name] = value
  }
  return { name: labelsKey(labels), labels }
}

const ALONE = 'finding '

/**
 * Alertmanager's group key, `ROUTE:LABELS`. Labels alone would be the same `{}` of every group that has none, and a receiver that
 * deduplicates by it would resolve the wrong one.
 */
export const groupKeyOf = (route: string, group: string): string =>
  `${routePart(route)}:${group.startsWith('{') ? group : `{finding=${JSON.stringify(group.slice(ALONE.length))}}`}`

/** The group key of a route's digests. */
export const digestKeyOf = (route: string): string => `${routePart(route)}:{digest}`

const routePart = (route: string): string => `{}/{route=${JSON.stringify(route)}}`

/** The labels of a group that is only remembered, parsed back from its name. */
function labelsOf(name: string): Labels {
  if (!name.startsWith('{')) return {}
  const labels: Record<string, string> = {}
  for (const [, label, value] of name.matchAll(/(?<=[{,])(\w+)=("(?:[^"\\]|\\.)*")/g)) labels[label!] = JSON.parse(value!) as string
  return labels
}
