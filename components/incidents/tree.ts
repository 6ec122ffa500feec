import type { FindingView } from '@/lib/model/answers/finding.ts'
import type { IncidentView } from '@/lib/model/answers/incident.ts'

/** One place in the drawn chain: a finding or a host, why it follows from what stands above it, and what else it follows from. */
export type ChainNode = {
  id: string
  finding: FindingView | null
  why: string | null
  also: { id: string; why: string }[]
  children: ChainNode[]
}

type Drawn = Pick<IncidentView, 'chain' | 'findings'>

/** A chain as a tree, in which each finding stands once: below that of its causes which is furthest from the beginning. `beside`: what no link leads to or from. Pure. */
export function chainTree({ chain, findings }: Drawn): { roots: ChainNode[]; beside: FindingView[] } {
  const byId = new Map(findings.map((finding) => [finding.id, finding]))
  const causesOf = Map.groupBy(chain, ({ to }) => to)
  const depths = new Map<string, number>()
  const depthOf = (id: string): number => {
    const known = depths.get(id)
    if (known !== undefined) return known
    // A circle, which no server sends, ends here.
    depths.set(id, 0)
    const depth = Math.max(-1, ...(causesOf.get(id) ?? []).map(({ from }) => depthOf(from))) + 1
    depths.set(id, depth)
    return depth
  }
  const nodes = new Map<string, ChainNode>()
  const nodeOf = (id: string): ChainNode => {
    const known = nodes.get(id) ?? { id, finding: byId.get(id) ?? null, why: null, also: [], children: [] }
    nodes.set(id, known)
    return known
  }
  for (const { from } of chain) nodeOf(from)
  for (const [id, links] of causesOf) {
    const [own, ...others] = links.toSorted((a, b) => depthOf(b.from) - depthOf(a.from))
    const node = nodeOf(id)
    node.why = own!.why
    node.also = others.map(({ from, why }) => ({ id: from, why }))
    if (depthOf(own!.from) < depthOf(id)) nodeOf(own!.from).children.push(node)
  }
  const order = (a: ChainNode, b: ChainNode) => (a.finding?.since ?? '').localeCompare(b.finding?.since ?? '')
  for (const node of nodes.values()) node.children.sort(order)
  return {
    roots: [...nodes.values()].filter(({ id }) => !causesOf.has(id)).sort(order),
    beside: findings.filter(({ id }) => !nodes.has(id)),
  }
}

/** `host:10.0.0.5` as people say it. */
export const hostText = (id: string): string => id.replace(/^host:/, 'Host ')
