import type { RingNode } from '../../model/ring.ts'
import { type Algorithm, addressOf, isUp, sum, weightOf } from '../algorithm.ts'
import { arcAt, orderPoints, type Points, packPoint, successorCircle } from '../arcs.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { crc32, crc32Update, crc32UpdateWord } from '../hashes/crc32.ts'

export const POINTS_PER_WEIGHT = 160
/** After this many tries nginx goes round robin. */
export const NGINX_TRIES = 21

/** `server` as written, as nginx splits it: `unix:` dropped, else a port after the last colon. CRC-32 over host, 0x00, port; not finished. */
function baseOf(server: string): number {
  const unix = /^unix:/i.test(server)
  const colon = unix ? null : /:(\d*)$/.exec(server)
  const host = unix ? server.slice(5) : colon ? server.slice(0, colon.index) : server
  const crc = crc32Update(0xffffffff, bytesOf(`${host}\0`))
  return crc32Update(crc, bytesOf(colon?.[1] ?? ''))
}

/** The places of a server's first points, in their order: each is chained to the one before. */
export function nginxPlaces(node: RingNode, count: number): Float64Array {
  const base = baseOf(addressOf(node))
  const places = new Float64Array(count)
  let previous = 0
  for (let i = 0; i < count; i++) {
    previous = ~crc32UpdateWord(base, previous) >>> 0
    places[i] = previous
  }
  return places
}

/** Two servers written alike have the same points; nginx shares those keys out by weighted round robin, so nobody can say who gets one. */
function ownersByAddress(nodes: readonly RingNode[]): Map<string, number> {
  const owners = new Map<string, number>()
  const usable = new Map<string, number>()
  for (const [index, node] of nodes.entries()) {
    const address = addressOf(node)
    if (!owners.has(address)) owners.set(address, DOWN)
    if (!isUp(node)) continue
    usable.set(address, (usable.get(address) ?? 0) + 1)
    owners.set(address, usable.get(address) === 1 ? index : -1)
  }
  return owners
}
const DOWN = -2

/** NGINX `hash KEY consistent`. */
export const nginxConsistent: Algorithm = {
  id: 'nginx-consistent',
  weightMin: 1,
  weightMax: 2 ** 31 - 1,
  size: (spec) => sum(spec.nodes.map((node) => weightOf(node) * POINTS_PER_WEIGHT)),
  place(spec) {
    const points = new Float64Array(this.size(spec))
    let at = 0
    for (const [index, node] of spec.nodes.entries()) {
      for (const place of nginxPlaces(node, weightOf(node) * POINTS_PER_WEIGHT)) points[at++] = packPoint(place, index)
    }
    const space = successorCircle(walked(orderPoints(points), spec.nodes))
    return { number: 'crc32', space, ownerOf: (key) => space.owners[arcAt(space.ends, crc32(bytesOf(key)))]! }
  },
}

/** A server that is down keeps its points; its keys walk on to the next point, and past the last try are nobody's. */
function walked({ places, owners }: Points, nodes: readonly RingNode[]): Points {
  const byAddress = ownersByAddress(nodes)
  const standing = owners.map((owner) => byAddress.get(addressOf(nodes[owner]!))!)
  const found = standing.map((_, index) => {
    for (let tries = 0; tries < NGINX_TRIES; tries++) {
      const owner = standing[(index + tries) % standing.length]!
      if (owner !== DOWN) return owner
    }
    return -1
  })
  return { places, owners: found }
}
