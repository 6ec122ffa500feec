/** Jump consistent hash (Lamping and Veach, 2014): buckets 0 … n − 1 stand for the nodes in `order`, by their position in the spec. */
export type Jump = { kind: 'jump'; order: Int32Array }

export function jumpShares({ order }: Jump, nodes: number): Float64Array {
  const shares = new Float64Array(nodes + 1)
  for (const index of order) shares[index]! += 1 / order.length
  return shares
}

/** Tells each pair of owners and its share: a bucket that is in both rings keeps its keys, others spread evenly. */
export function jumpMoves(a: Jump, b: Jump, tell: (ownerA: number, ownerB: number, share: number) => void): void {
  const [n, m] = [a.order.length, b.order.length]
  const [few, many] = [Math.min(n, m), Math.max(n, m)]
  for (let i = 0; i < few; i++) tell(a.order[i]!, b.order[i]!, 1 / many)
  for (let i = few; i < many; i++)
    for (let j = 0; j < few; j++) {
      const share = 1 / many / few
      if (n > m) tell(a.order[i]!, b.order[j]!, share)
      else tell(a.order[j]!, b.order[i]!, share)
    }
}
