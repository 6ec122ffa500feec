import type { RingSpec } from '../model/ring.ts'
import { arcAt, type Circle } from './arcs.ts'
import { placeRing, sharesOf } from './placement.ts'

/** One owner's stretch of the drawn circle; turns from 0 at the top, clockwise to 1. `owner` is an index into the spec's nodes, −1 nobody. */
export type Arc = { owner: number; from: number; to: number }

/** A ring as it is drawn: owners of arcs are indexes into the names. */
export type Drawn = { names: readonly string[]; arcs: readonly Arc[] }

/** More arcs than pixels show nothing more: past this the circle is looked at in as many places. */
const ARCS_MAX = 1_440

/** A ring as arcs to draw: a circle as it is, a table (slots without a place) as one stretch a node, as wide as its share. */
export function arcsOf(spec: RingSpec, placed = placeRing(spec)): { arcs: Arc[]; kind: 'circle' | 'table' } {
  if (placed.space.kind === 'circle') return { arcs: circleArcs(placed.space), kind: 'circle' }
  const arcs: Arc[] = []
  let from = 0
  for (const [owner, share] of [...sharesOf(spec, placed)].entries()) {
    if (share <= 0) continue
    arcs.push({ owner: owner < spec.nodes.length ? owner : -1, from, to: from + share })
    from += share
  }
  return { arcs, kind: 'table' }
}

function circleArcs({ ends, owners, size }: Circle): Arc[] {
  const arcs: Arc[] = []
  const add = (owner: number, from: number, to: number) => {
    const last = arcs.at(-1)
    if (last?.owner === owner) last.to = to
    else arcs.push({ owner, from, to })
  }
  if (ends.length <= ARCS_MAX) {
    let from = 0
    for (let i = 0; i < ends.length; i++) {
      const to = (ends[i]! + 1) / size
      add(owners[i]!, from, to)
      from = to
    }
    return arcs
  }
  for (let i = 0; i < ARCS_MAX; i++) add(owners[arcAt(ends, ((i + 0.5) / ARCS_MAX) * size)]!, i / ARCS_MAX, (i + 1) / ARCS_MAX)
  return arcs
}

/** `d` of all arcs of one owner, between two radii around 0,0. */
export function arcPath(arcs: readonly Arc[], inner: number, outer: number): string {
  const at = (turn: number, radius: number) => {
    const angle = turn * 2 * Math.PI - Math.PI / 2
    return `${(Math.cos(angle) * radius).toFixed(2)} ${(Math.sin(angle) * radius).toFixed(2)}`
  }
  return arcs
    .flatMap(({ from, to }) =>
      to - from > 0.5 ? [[from, (from + to) / 2] as const, [(from + to) / 2, to] as const] : [[from, to] as const],
    )
    .map(
      ([from, to]) =>
        `M${at(from, outer)}A${outer} ${outer} 0 0 1 ${at(to, outer)}L${at(to, inner)}A${inner} ${inner} 0 0 0 ${at(from, inner)}Z`,
    )
    .join('')
}
