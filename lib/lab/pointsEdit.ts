import type { RingSpec } from '../model/ring.ts'

/** An edit of points or weights in a URL: `cache-a:118,cache-b:150`, only what differs. */
export function writeEdit(before: RingSpec, after: RingSpec): string {
  const was = new Map(before.nodes.map((node) => [node.name, node]))
  return after.nodes
    .flatMap((node) => {
      const field = node.points !== undefined || was.get(node.name)?.points !== undefined ? 'points' : 'weight'
      const value = node[field]
      return value === undefined || value === was.get(node.name)?.[field] ? [] : [`${encodeURIComponent(node.name)}:${value}`]
    })
    .join(',')
}

/** The spec with that edit; what names no node or is no whole number from 1 to 10 000 is left out. */
export function readEdit(before: RingSpec, text: string): RingSpec {
  const edits = new Map<string, number>()
  for (const part of text.split(',')) {
    const at = part.lastIndexOf(':')
    const value = Number(part.slice(at + 1))
    if (at < 1 || !Number.isInteger(value) || value < 1 || value > 10_000) continue
    try {
      edits.set(decodeURIComponent(part.slice(0, at)), value)
    } catch {
      // A half-typed escape names no node.
    }
  }
  return {
    ...before,
    nodes: before.nodes.map((node) => {
      const value = edits.get(node.name)
      if (value === undefined) return node
      return node.points !== undefined ? { ...node, points: value } : { ...node, weight: value }
    }),
  }
}
