/**
 * A circle of hash values, cut into arcs: arc i holds the values after `ends[i - 1]` (or from 0) up to and including `ends[i]`.
 * `ends` rises and its last is `size - 1`. An owner is an index into the spec's nodes; −1 is nobody.
 */
export type Circle = { kind: 'circle'; size: number; ends: Float64Array; owners: Int32Array }

/** A point's place and its node in one number that sorts by place, then by the node's position: at equal places the first node is first. */
const NODES_MAX = 1024
export const packPoint = (place: number, node: number): number => place * NODES_MAX + node
const placeOf = (point: number) => Math.floor(point / NODES_MAX)
const nodeOf = (point: number) => point % NODES_MAX

export const SPACE_32 = 2 ** 32

/** Points in the order of the circle, one a place: of several at one place only the first node's is ever reached. */
export type Points = { places: Float64Array; owners: Int32Array }

/** Sorts packed points in place. Of several at one place the first node's is kept, or the last one's, where the program writes over. */
export function orderPoints(points: Float64Array, kept: 'first' | 'last' = 'first'): Points {
  points.sort()
  const places = new Float64Array(points.length)
  const owners = new Int32Array(points.length)
  let count = 0
  for (const point of points) {
    const place = placeOf(point)
    if (count > 0 && places[count - 1] === place) {
      if (kept === 'first') continue
      count--
    }
    places[count] = place
    owners[count++] = nodeOf(point)
  }
  return { places: places.slice(0, count), owners: owners.slice(0, count) }
}

/** A key goes to the first point at or after its hash, wrapping. Hashes run from 0 to `size - 1`, which may be less than where points lie. */
export function successorCircle({ places, owners }: Points, size = SPACE_32): Circle {
  if (places.length === 0) return wholeCircle(-1, size)
  const inside = arcAt(places, size - 1) + (places.at(-1)! < size - 1 ? 1 : 0)
  const ends = new Float64Array(inside + 1)
  const arcOwners = new Int32Array(inside + 1)
  ends.set(places.subarray(0, inside))
  arcOwners.set(owners.subarray(0, inside))
  ends[inside] = size - 1
  arcOwners[inside] = owners[inside] ?? owners[0]!
  return merged({ kind: 'circle', size, ends, owners: arcOwners })
}

/** A key goes to the first point after its hash, wrapping: a point at the hash itself is passed by. */
export function afterCircle({ places, owners }: Points): Circle {
  if (places.length === 0) return wholeCircle(-1)
  const ends: number[] = []
  const arcOwners: number[] = []
  for (const [i, place] of places.entries()) {
    if (place === 0) continue
    ends.push(place - 1)
    arcOwners.push(owners[i]!)
  }
  ends.push(SPACE_32 - 1)
  arcOwners.push(owners[0]!)
  return merged({ kind: 'circle', size: SPACE_32, ends: Float64Array.from(ends), owners: Int32Array.from(arcOwners) })
}

/** A key goes to the last point at or before its hash, wrapping. */
export function predecessorCircle({ places, owners }: Points): Circle {
  if (places.length === 0) return wholeCircle(-1)
  const last = owners.at(-1)!
  const ends: number[] = []
  const arcOwners: number[] = []
  for (const [i, place] of places.entries()) {
    if (place === 0) continue
    ends.push(place - 1)
    arcOwners.push(i === 0 ? last : owners[i - 1]!)
  }
  ends.push(SPACE_32 - 1)
  arcOwners.push(last)
  return merged({ kind: 'circle', size: SPACE_32, ends: Float64Array.from(ends), owners: Int32Array.from(arcOwners) })
}

/** A key goes to the nearest point on either side, the earlier one when both are as near: HAProxy's way. */
export function nearestCircle(points: Float64Array): Circle {
  points.sort()
  const count = points.length
  if (count === 0) return wholeCircle(-1)
  const places = points.map(placeOf)
  const ends: number[] = []
  const owners: number[] = []
  const wrap = places[0]! + SPACE_32
  const lastEnd = places[count - 1]! + Math.floor((wrap - places[count - 1]!) / 2)
  if (lastEnd >= SPACE_32) {
    ends.push(lastEnd - SPACE_32)
    owners.push(nodeOf(points[count - 1]!))
  }
  for (let i = 0; i < count - 1; i++) {
    ends.push(places[i]! + Math.floor((places[i + 1]! - places[i]!) / 2))
    owners.push(nodeOf(points[i]!))
  }
  if (lastEnd < SPACE_32) {
    ends.push(lastEnd)
    owners.push(nodeOf(points[count - 1]!))
    if (lastEnd < SPACE_32 - 1) {
      ends.push(SPACE_32 - 1)
      owners.push(nodeOf(points[0]!))
    }
  } else {
    ends.push(SPACE_32 - 1)
    owners.push(nodeOf(points[count - 1]!))
  }
  return merged({ kind: 'circle', size: SPACE_32, ends: Float64Array.from(ends), owners: Int32Array.from(owners) })
}

export function wholeCircle(owner: number, size = SPACE_32): Circle {
  return { kind: 'circle', size, ends: Float64Array.of(size - 1), owners: Int32Array.of(owner) }
}

/** The same circle with neighbouring arcs of one owner joined. */
export function merged(circle: Circle): Circle {
  const { ends, owners } = circle
  let count = 0
  const newEnds = new Float64Array(ends.length)
  const newOwners = new Int32Array(ends.length)
  for (let i = 0; i < ends.length; i++) {
    if (count > 0 && newOwners[count - 1] === owners[i]) count--
    newEnds[count] = ends[i]!
    newOwners[count++] = owners[i]!
  }
  return { ...circle, ends: newEnds.slice(0, count), owners: newOwners.slice(0, count) }
}

/** The arc that holds this value. */
export function arcAt(ends: Float64Array, value: number): number {
  let low = 0
  let high = ends.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ends[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Values that each owner holds; the last place of the answer is nobody's. */
export function circleShares(circle: Circle, nodes: number): Float64Array {
  const shares = new Float64Array(nodes + 1)
  let from = -1
  for (let i = 0; i < circle.ends.length; i++) {
    const owner = circle.owners[i]!
    shares[owner < 0 ? nodes : owner]! += (circle.ends[i]! - from) / circle.size
    from = circle.ends[i]!
  }
  return shares
}

/** Walks two circles of one size together and tells each stretch with its two owners. */
export function overlap(a: Circle, b: Circle, tell: (ownerA: number, ownerB: number, share: number) => void): void {
  let i = 0
  let j = 0
  let from = -1
  while (i < a.ends.length && j < b.ends.length) {
    const end = Math.min(a.ends[i]!, b.ends[j]!)
    if (end > from) tell(a.owners[i]!, b.owners[j]!, (end - from) / a.size)
    from = end
    if (a.ends[i] === end) i++
    if (b.ends[j] === end) j++
  }
}
