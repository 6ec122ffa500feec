import type { OverviewView, TierView } from '@/lib/model/answers/overview.ts'

const ORDER: TierView['kind'][] = ['clients', 'pool', 'application', 'ring', 'cache', 'store', 'origin']
export const TIER_WORD: Record<TierView['kind'], string> = {
  clients: 'Clients',
  pool: 'Pool',
  application: 'Application',
  ring: 'Ring',
  cache: 'Cache',
  store: 'Store',
  origin: 'Origin',
}

export type Placed = { tier: TierView; column: number; row: number }
export type PlacedEdge = { from: Placed; to: Placed; perSecond: number | null; width: number }
export type Picture = {
  columns: number
  rows: number
  tiers: Placed[]
  edges: PlacedEdge[]
  /** Watched, but on no edge: a row below the picture. Empty where there are no edges at all. */
  beside: TierView[]
}

/**
 * Where each tier stands: a column further right than whoever calls it. What is on no edge stands beside the picture; without any edge
 * all stand side by side by kind, unconnected. Edges are as wide (1 to 10 px) as the root of their traffic: a tenth is still seen.
 */
export function placeTiers(view: Pick<OverviewView, 'tiers' | 'edges'>): Picture {
  const ids = new Set(view.tiers.map((tier) => tier.id))
  const edges = view.edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to) && edge.from !== edge.to)
  const linked = new Set(edges.flatMap((edge) => [edge.from, edge.to]))
  const depth = new Map<string, number>(view.tiers.map((tier) => [tier.id, 0]))
  // Longest path; a loop ends after as many rounds as there are tiers.
  for (let round = 0; round < view.tiers.length; round++) {
    let moved = false
    for (const edge of edges) {
      const next = depth.get(edge.from)! + 1
      if (next > depth.get(edge.to)! && next < view.tiers.length) {
        depth.set(edge.to, next)
        moved = true
      }
    }
    if (!moved) break
  }
  const inside = linked.size === 0 ? view.tiers : view.tiers.filter((tier) => linked.has(tier.id))
  const rank = (tier: TierView) => (linked.size === 0 ? ORDER.indexOf(tier.kind) : depth.get(tier.id)!)
  const used = [...new Set(inside.map(rank))].sort((a, b) => a - b)
  const rows = new Map<number, number>()
  const placed = new Map<string, Placed>()
  for (const tier of [...inside].sort((a, b) => rank(a) - rank(b))) {
    const column = used.indexOf(rank(tier))
    const row = rows.get(column) ?? 0
    rows.set(column, row + 1)
    placed.set(tier.id, { tier, column, row })
  }
  const most = Math.max(0, ...edges.map((edge) => edge.perSecond ?? 0))
  return {
    columns: used.length,
    rows: Math.max(0, ...rows.values()),
    tiers: [...placed.values()],
    beside: view.tiers.filter((tier) => !placed.has(tier.id)),
    edges: edges.map((edge) => ({
      from: placed.get(edge.from)!,
      to: placed.get(edge.to)!,
      perSecond: edge.perSecond,
      width: edge.perSecond && most > 0 ? 1 + 9 * Math.sqrt(edge.perSecond / most) : 1,
    })),
  }
}

/** `Even keel: 14 targets, nothing needs you`, `2 things need you`. */
export function headline(view: Pick<OverviewView, 'needs' | 'targets' | 'learning'>): string {
  if (view.targets.total === 0) return 'Nothing to watch yet'
  if (view.needs > 0) return view.needs === 1 ? '1 thing needs you' : `${view.needs} things need you`
  const targets = view.targets.total === 1 ? '1 target' : `${view.targets.total} targets`
  if (view.targets.up === 0) return `Waiting for ${targets} to answer`
  return `Even keel: ${targets}, nothing needs you`
}
