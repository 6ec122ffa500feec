import type { RoleHolders } from '../config/auth.ts'
import type { PersonRole, TokenRole } from '../model/answers/person.ts'
import { EvenkeelError } from '../model/error.ts'
import { type Authority, ROLES, withGrants } from '../model/roles.ts'

export type { PersonRole, TokenRole }
/** The least role that a call or a page needs; `public` needs nobody to be known. */
export type RoleNeeded = TokenRole | 'public'

/**
 * What the configuration gives to this person of these groups: the highest role everywhere, and roles by label. Who has a role on some targets
 * alone reads everything. Null when it gives nothing.
 */
export function authorityHeld(holders: RoleHolders, name: string, groups: readonly string[]): Authority<PersonRole> | null {
  const holds = (entry: string) =>
    entry.startsWith('user:') ? entry.slice('user:'.length) === name : entry === '*' || groups.includes(entry)
  const role = ROLES.findLast((role) => holders[role].some((entry) => typeof entry === 'string' && holds(entry)))
  const grants = (['operator', 'admin'] as const).flatMap((role) =>
    holders[role].flatMap((entry) => (typeof entry === 'object' && holds(entry.group) ? [{ role, where: entry.where }] : [])),
  )
  return role === undefined && grants.length === 0 ? null : withGrants(role ?? 'viewer', grants)
}

/** What is missing when somebody is known and has no role: the groups that came, and where roles are given. */
export function noRole(name: string, groups: readonly string[], from: string): EvenkeelError {
  const found = groups.length === 0 ? `${from} names no group` : `${from} names ${groups.slice(0, 10).join(', ').slice(0, 300)}`
  return new EvenkeelError(
    'forbidden',
    `${name} is signed in but has no role here: ${found}. An admin gives roles to groups under auth.roles.`,
  )
}
