/** A table of slots: a key goes to the owner of slot `hash mod length`. An owner is an index into the spec's nodes; −1 is nobody. */
export type Table = { kind: 'table'; owners: Int32Array }

/** Share of the slots that each owner holds; the last place of the answer is nobody's. */
export function tableShares(table: Table, nodes: number): Float64Array {
  const shares = new Float64Array(nodes + 1)
  for (const owner of table.owners) shares[owner < 0 ? nodes : owner]! += 1
  return shares.map((slots) => slots / table.owners.length)
}

/**
 * Tells how often each pair of owners meets. Tables of lengths m and n meet in slots i and j exactly when i ≡ j modulo gcd(m, n), and every
 * such pair equally often (Chinese remainders), so that neither table need be walked once for each slot of the other.
 */
export function meet(a: Table, b: Table, tell: (ownerA: number, ownerB: number, share: number) => void): void {
  const m = a.owners.length
  const n = b.owners.length
  const common = gcd(m, n)
  if (common === m && m === n) {
    for (let i = 0; i < m; i++) tell(a.owners[i]!, b.owners[i]!, 1 / m)
    return
  }
  for (let rest = 0; rest < common; rest++) {
    const left = countOwners(a.owners, rest, common)
    const right = countOwners(b.owners, rest, common)
    const pairs = (m / common) * (n / common) * common
    for (const [ownerA, slotsA] of left) for (const [ownerB, slotsB] of right) tell(ownerA, ownerB, (slotsA * slotsB) / pairs)
  }
}

function countOwners(owners: Int32Array, from: number, step: number): Map<number, number> {
  const counts = new Map<number, number>()
  for (let i = from; i < owners.length; i += step) counts.set(owners[i]!, (counts.get(owners[i]!) ?? 0) + 1)
  return counts
}

export function gcd(a: number, b: number): number {
  while (b) [a, b] = [b, a % b]
  return a
}
