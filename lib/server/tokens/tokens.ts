import type { Token } from '../../auth/tokens.ts'
import type { TokenView } from '../../model/answers/token.ts'
import { iso, isoOrNull } from '../http/iso.ts'
import type { Runtime } from '../runtime.ts'

/** A token as the API answers it: the owner by name. */
export function tokenView({ auth }: Runtime, { owner, createdAt, until, usedAt, ...token }: Token): TokenView {
  return {
    ...token,
    owner: owner === null ? null : auth.nameOf(owner),
    createdAt: iso(createdAt),
    until: iso(until),
    usedAt: isoOrNull(usedAt),
  }
}
