import { parseRef } from '../model/ref.ts'
import { type Checks, nameOfA, namesTarget, targetNames } from './references.ts'
import type { FileData } from './schema.ts'

/** Both ends of each edge exist; one that names nothing is a warning, because nothing depends on it. */
export function checkEdges({ edges, rings }: Pick<FileData, 'edges' | 'rings'>, checks: Checks): void {
  const ringNames = rings.map(({ name }) => name)
  edges.forEach((edge, index) => {
    for (const end of ['from', 'to'] as const) checkEnd(edge[end], ['edges', index, end], ringNames, checks)
  })
}

function checkEnd(text: string, path: PropertyKey[], ringNames: readonly string[], checks: Checks): void {
  const ref = parseRef(text)
  const names = targetNames(checks)
  const refuse = (allowed: string) => checks.report(path, JSON.stringify(text), allowed)
  if (ref === null) checks.warn(path, `${JSON.stringify(text)} names no pool, which is pool:TARGET/POOL; nothing follows from this edge.`)
  else if ('ring' in ref && !ringNames.includes(ref.ring)) refuse(nameOfA('ring', ringNames))
  // A cache inside a target is no tier: calls go to its target, or to a pool of it.
  else if ('target' in ref && (!namesTarget(ref.target, names) || 'cache' in ref))
    refuse('pool' in ref ? `pool:TARGET/POOL with ${nameOfA('target', names)}` : nameOfA('target', names))
}
