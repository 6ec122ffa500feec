import type { Finding } from '../../model/finding.ts'
import type { Inhibition } from '../../model/notice.ts'
import { type Labels, labelsMatch } from '../../model/series.ts'
import { findingLabels } from './route.ts'

/** The finding that holds another back, or null. */
export type InhibitedBy = (labels: Labels) => Finding | null

/**
 * Inhibition, as Alertmanager has it. `firing` is all that fires, routed or not. A label that both lack is equal. What matches both sides is not held back
 * by what does so too, else it would hold itself back, and two of a kind each other.
 */
export function inhibitedBy(inhibitions: readonly Inhibition[], firing: readonly Finding[]): InhibitedBy {
  const all = inhibitions.map((inhibition) => ({ inhibition, ...sourcesOf(inhibition, firing) }))
  return (labels) => {
    for (const { inhibition, sources, oneSided } of all) {
      if (!labelsMatch(labels, inhibition.mute)) continue
      const from = labelsMatch(labels, inhibition.by) ? oneSided : sources
      const found = from.get(valuesOf(labels, inhibition.equal))
      if (found) return found
    }
    return null
  }
}

/** What holds back, by its values of the `equal` labels: all of it, and that which is not held back itself by the same inhibition. */
function sourcesOf({ by, mute, equal }: Inhibition, firing: readonly Finding[]) {
  const sources = new Map<string, Finding>()
  const oneSided = new Map<string, Finding>()
  for (const finding of firing) {
    const labels = findingLabels(finding)
    if (!labelsMatch(labels, by)) continue
    const values = valuesOf(labels, equal)
    sources.set(values, finding)
    if (!labelsMatch(labels, mute)) oneSided.set(values, finding)
  }
  return { sources, oneSided }
}

const valuesOf = (labels: Labels, names: readonly string[]): string => JSON.stringify(names.map((name) => labels[name] ?? ''))
