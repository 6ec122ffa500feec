import type { Table } from './table.ts'

/**
 * Rendezvous hashing: each node draws a number for each key, and the greatest owns it. `texts` are what is hashed of the nodes, by which those
 * of two rings are matched; `weights` are 0 where a node takes no keys, and of nodes with one text all but one do. `counted` gives the owners
 * of the keys over which shares and moves are counted where the hash spreads unevenly; null where weights say both.
 */
export type Rendezvous = { kind: 'rendezvous'; texts: string[]; weights: Float64Array; counted: (() => Table) | null }

/** Fractions by node, the last is nobody's: by weight, which is exact for draws that are even. */
export function rendezvousShares({ weights }: Rendezvous): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return Float64Array.from([...weights.map((weight) => (total === 0 ? 0 : weight / total)), total === 0 ? 1 : 0])
}

type Tell = (ownerA: number, ownerB: number, share: number) => void

/**
 * Tells each pair of owners and its exact share. A node that weighs u before and v after wins both times by one draw, so that the pair (a, b)
 * has u_a·v_b·∫ dr / S(r)², S(r) = Σ max(u_i, v_i·r), over u_b/v_b < r < u_a/v_a; S is linear between the quotients u_i/v_i.
 */
export function rendezvousMoves(a: Rendezvous, b: Rendezvous, tell: Tell): void {
  const [indexA, indexB] = [drawing(a), drawing(b)]
  const used = [...new Set([...indexA.keys(), ...indexB.keys()])].map((text) => {
    const [from = -1, to = -1] = [indexA.get(text), indexB.get(text)]
    const [before, after] = [a.weights[from] ?? 0, b.weights[to] ?? 0]
    return { from, to, before, after, quotient: after === 0 ? Number.POSITIVE_INFINITY : before / after }
  })
  if (indexA.size === 0 || indexB.size === 0) {
    tellApart(a, b, tell)
    return
  }
  const integral = integralOf(used)
  for (const one of used)
    for (const other of used) {
      if (one === other || one.before === 0 || other.after === 0) continue
      const share = one.before * other.after * (integral(one.quotient) - integral(other.quotient))
      if (share > 0) tell(one.from, other.to, share)
    }
  // A node may have another name by now.
  for (const node of used) if (node.before > 0 && node.after > 0) tell(node.from, node.to, stays(node, used))
}

/** The node that draws by each text. */
const drawing = ({ texts, weights }: Rendezvous) =>
  new Map(texts.map((text, index) => [text, index] as const).filter(([, index]) => weights[index]! > 0))

/** Where one side has nobody, everything goes to or comes from nobody. */
function tellApart(a: Rendezvous, b: Rendezvous, tell: Tell): void {
  const [before, after] = [rendezvousShares(a), rendezvousShares(b)]
  const [nobodyA, nobodyB] = [a.weights.length, b.weights.length]
  for (const [i, from] of before.entries())
    for (const [j, to] of after.entries()) if (from * to > 0) tell(i === nobodyA ? -1 : i, j === nobodyB ? -1 : j, from * to)
}

type Weighed = { before: number; after: number; quotient: number }

/** A node keeps the keys that it wins in both rings: weight over the greatest that every node can draw. */
function stays(node: Weighed, used: readonly Weighed[]): number {
  return 1 / used.reduce((sum, { before, after }) => sum + Math.max(before / node.before, after / node.after), 0)
}

/** r ↦ ∫ from 0 to r of dr / S(r)², by the closed form of each piece. */
function integralOf(nodes: readonly Weighed[]): (r: number) => number {
  const cuts = [...new Set([0, ...nodes.map(({ quotient }) => quotient)])].sort((a, b) => a - b)
  if (cuts.at(-1) !== Number.POSITIVE_INFINITY) cuts.push(Number.POSITIVE_INFINITY)
  const upTo = new Map([[0, 0]])
  let sum = 0
  for (let i = 1; i < cuts.length; i++) {
    const [from, to] = [cuts[i - 1]!, cuts[i]!]
    let [constant, slope] = [0, 0]
    for (const { before, after, quotient } of nodes)
      if (quotient > from) constant += before
      else slope += after
    const first = constant + slope * from
    if (to !== Number.POSITIVE_INFINITY) sum += (to - from) / (first * (constant + slope * to))
    else if (slope > 0) sum += 1 / (slope * first)
    upTo.set(to, sum)
  }
  return (r) => upTo.get(r)!
}
