import type { Config } from '../../config/config.ts'
import { cellsOf } from '../../model/cells.ts'
import { parseRef, type Ref, refText } from '../../model/ref.ts'
import type { ReferenceSettings } from '../../model/reference.ts'

type Configured = Pick<Config, 'targets' | 'rings' | 'ttls' | 'edges'>

/**
 * The configured targets and control documents in the groups that one replica has together: the nodes of a ring with its document, the two ends of
 * an edge, a cache with the access log that tells its references. Discovered targets go with the one that they were found through.
 */
export function configuredCells({ targets, rings, ttls, edges }: Configured): string[][] {
  const controls = [...rings.map(({ name }) => refText({ ring: name })), ...ttls.map(({ name }) => refText({ ttl: name }))]
  const links = [
    ...rings.map(({ name, control, nodes }) => [refText({ ring: name }), control.target, ...nodes.flatMap(({ target }) => target ?? [])]),
    ...ttls.map(({ name, control }) => [refText({ ttl: name }), control.target]),
    ...edges.map(({ from, to }) => [from, to].flatMap((text) => endOf(parseRef(text)) ?? [])),
    ...targets.map((target) => [target.name, ...((target as { references?: ReferenceSettings }).references?.log?.targets ?? [])]),
  ]
  return cellsOf([...targets.map(({ name }) => name), ...controls], links)
}

/** The target or the document at the end of an edge; what is not watched links nothing. */
function endOf(ref: Ref | null): string | null {
  if (ref === null) return null
  if ('target' in ref) return ref.target
  return 'ring' in ref ? refText({ ring: ref.ring }) : null
}
