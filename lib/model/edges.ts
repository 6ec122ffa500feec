import { isWithin, parseRef, type Ref, refText } from './ref.ts'

/** A call from one tier to the next, as the configuration draws it. */
export type Edge = { from: Ref; to: Ref }
/** As it is written there and answered by the API. */
export type EdgeText = { from: string; to: string }

/** Without those whose ends are no names: the configuration warns of them. */
export const readEdges = (texts: readonly EdgeText[]): Edge[] =>
  texts.flatMap((text) => {
    const [from, to] = [parseRef(text.from), parseRef(text.to)]
    return from && to ? [{ from, to }] : []
  })

/** What is called from a tier or a part of it, and what calls it. Applications are not watched: what stands behind one is called through it. */
export function neighboursOf(ref: Ref, edges: readonly Edge[]): Ref[] {
  return [...calledBy(ref, edges), ...callersOf(ref, edges)]
}

/** What is called from a tier, through applications too. */
export const calledBy = (ref: Ref, edges: readonly Edge[]): Ref[] => along('to', ref, edges)

/** What calls a tier, through applications too. */
export const callersOf = (ref: Ref, edges: readonly Edge[]): Ref[] => along('from', ref, edges)

function along(end: 'from' | 'to', start: Ref, edges: readonly Edge[]): Ref[] {
  const other = end === 'to' ? 'from' : 'to'
  const found = new Map<string, Ref>()
  const next = [start]
  for (const ref of next)
    for (const edge of edges) {
      if (!isWithin(edge[other], ref) || found.has(refText(edge[end]))) continue
      found.set(refText(edge[end]), edge[end])
      if ('application' in edge[end]) next.push(edge[end])
    }
  return [...found.values()]
}
