import type { OverviewView, TierView } from '@/lib/model/views.ts'

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
export type Picture = { columns: number; rows: number; tiers: Placed[]; edges: PlacedEdge[] }

/**
 * Where each tier stands: a column further right than whoever calls it, those without an edge by their kind's place among the others.
 * Edges are as wide (1 to 10 px) as the root of their traffic, so that a tenth is still seen.
 */
export function placeTiers(view: Pick<OverviewView, 'tiers' | 'edges'>): Picture {
  const byId = new Map(view.tiers.map((tier) => [tier.id, tier]))
  const edges = view.edges.filter((edge) => byId.has(edge.from) && byId.has(edge.to) && edge.from !== edge.to)
  const depth = new Map<string, number>()
  for (const tier of view.tiers) depth.set(tier.id, 0)
  // Longest path; a cycle stops after as many rounds as there are tiers.
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
  const linked = new Set(edges.flatMap((edge) => [edge.from, edge.to]))
  // What nobody calls stands beside its kind, where its kind is in the picture; else in its kind's order.
  const columnOfKind = new Map<TierView['kind'], number>()
  for (const tier of view.tiers)
    if (linked.has(tier.id)) columnOfKind.set(tier.kind, Math.max(columnOfKind.get(tier.kind) ?? 0, depth.get(tier.id)!))
  const present = ORDER.filter((kind) => view.tiers.some((tier) => tier.kind === kind))
  const rank = (tier: TierView): number => {
    if (linked.has(tier.id)) return depth.get(tier.id)!
    const beside = columnOfKind.get(tier.kind)
    if (beside !== undefined) return beside
    if (linked.size === 0) return present.indexOf(tier.kind)
    const before = ORDER.slice(0, ORDER.indexOf(tier.kind)).findLast((kind) => columnOfKind.has(kind))
    return before === undefined ? 0 : columnOfKind.get(before)!
  }
  const used = [...new Set(view.tiers.map(rank))].sort((a, b) => a - b)
  const rows = new Map<number, number>()
  const placed = new Map<string, Placed>()
  const inOrder = [...view.tiers].sort((a, b) => rank(a) - rank(b) || Number(linked.has(b.id)) - Number(linked.has(a.id)))
  for (const tier of inOrder) {
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
