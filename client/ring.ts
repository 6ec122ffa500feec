import { md5Words } from './md5.ts'

export type RingNode = { name: string; address: string; points: number }
/** The ring control document; other fields are ignored. */
export type RingDocument = { version: number; algorithm: string; nodes: RingNode[] }

const encoder = new TextEncoder()

/** Reads a document's text. Null when it is not a ring that this client can place: the last one is kept then. */
export function parseRing(text: string): RingDocument | null {
  let value: Partial<RingDocument> | null
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (value?.algorithm !== 'ketama' || !Number.isInteger(value.version) || !Array.isArray(value.nodes)) return null
  const sound = value.nodes.every(
    (node) =>
      node && typeof node.name === 'string' && typeof node.address === 'string' && Number.isInteger(node.points) && node.points >= 0,
  )
  const some = value.nodes.some((node) => node.points > 0)
  return sound && some ? (value as RingDocument) : null
}

/**
 * Places a ring and answers the name of the node that owns a key. MD5 of `ADDRESS-k` gives four points, k = 0, 1, …; a key goes to the first
 * point at or after the first four bytes of its own MD5, wrapping.
 */
export function ringOwner({ nodes }: RingDocument): (key: string) => string {
  const total = nodes.reduce((sum, node) => sum + node.points, 0)
  // Place and node in one number, so that one sort of numbers puts both in order.
  const packed = new Float64Array(total)
  let at = 0
  for (const [index, { address, points }] of nodes.entries())
    for (let point = 0; point < points; point += 4) {
      const words = md5Words(encoder.encode(`${address}-${point / 4}`))
      for (let i = 0; i < 4 && point + i < points; i++) packed[at++] = (words[i]! >>> 0) * nodes.length + index
    }
  packed.sort()
  const places = Float64Array.from(packed, (value) => Math.floor(value / nodes.length))
  const owners = Array.from(packed, (value) => nodes[value % nodes.length]!.name)
  return (key) => {
    const hash = md5Words(encoder.encode(key))[0]! >>> 0
    let low = 0
    let high = total
    while (low < high) {
      const middle = (low + high) >>> 1
      if (places[middle]! < hash) low = middle + 1
      else high = middle
    }
    return owners[low === total ? 0 : low]!
  }
}
