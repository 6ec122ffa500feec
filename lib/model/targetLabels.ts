import { refText } from './ref.ts'
import type { Labels } from './series.ts'
import type { TargetFacts, Topology } from './topology.ts'

/** Labels that series and findings have of themselves, and words that filters know: a target's own labels may not be called so. */
export const RESERVED_LABELS: readonly string[] = [
  ...['target', 'pool', 'server', 'cache', 'ring', 'node', 'ttl', 'key', 'pattern', 'command', 'client'],
  ...['rule', 'severity', 'state', 'kind', 'role', 'name', 'alertname', 'instance', 'job', 'metric', 'from', 'to', 'step', 'where'],
]

/** Whether labels have every value that is asked for. Nothing asked for is had by all; whatever has no labels has only that. */
export const matchesLabels = (where: Labels, labels: Labels | undefined): boolean =>
  Object.entries(where).every(([name, value]) => labels !== undefined && Object.hasOwn(labels, name) && labels[name] === value)

/** The labels that all of several have alike; undefined where there is none. What spans targets of two teams is no one team's. */
export function sharedLabels(all: readonly (Labels | undefined)[]): Labels | undefined {
  const [first, ...others] = all
  const shared = Object.entries(first ?? {}).filter(([name, value]) => others.every((labels) => matchesLabels({ [name]: value }, labels)))
  return shared.length > 0 ? Object.fromEntries(shared) : undefined
}

type Labelled = Pick<Topology, 'rings'> & { targets: readonly Pick<TargetFacts, 'name' | 'labels'>[] }

/** The labels of what a subject is about: its target's; of a ring those that all its nodes' targets share. */
export function labelsIn(topology: Labelled): (subject: Labels) => Labels | undefined {
  const known = indexed.get(topology)
  if (known) return known
  const index = indexOf(topology)
  indexed.set(topology, index)
  return index
}

/** A topology is made anew when anything in it changes. */
const indexed = new WeakMap<Labelled, ReturnType<typeof indexOf>>()

function indexOf(topology: Labelled): (subject: Labels) => Labels | undefined {
  const byName = new Map(topology.targets.flatMap(({ name, labels }) => (labels ? [[name, labels] as const] : [])))
  return ({ target, ring }) => {
    if (byName.size === 0) return undefined
    if (target !== undefined) return byName.get(target)
    if (ring === undefined) return undefined
    const known = byName.get(refText({ ring }))
    if (known) return known
    const nodes = topology.rings.find(({ name }) => name === ring)?.nodes ?? []
    return sharedLabels(nodes.flatMap((node) => (node.target === undefined ? [] : [byName.get(node.target)])))
  }
}
