import { EvenkeelError } from '../../model/error.ts'
import { serverPart } from '../../model/setting.ts'

/** The edge TTL of a cache rule, by its id. */
export const RULE = /^rule\/([0-9a-f]{32})\/edge_ttl$/

/** `POOL/ORIGIN/weight`. Throws `not_found` for any other name. */
export function originOf(name: string): { pool: string; server: string } {
  const part = serverPart(name)
  if (part?.what !== 'weight')
    throw new EvenkeelError('not_found', `${JSON.stringify(name.slice(0, 120))} is no setting: POOL/ORIGIN/weight or rule/ID/edge_ttl`)
  return part
}
