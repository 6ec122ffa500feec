import type { RoleHolders } from '../config/auth.ts'
import type { Person } from '../model/answers/person.ts'
import { EvenkeelError } from '../model/error.ts'

export type PersonRole = Person['role']
/** The least role that a call or a page needs; `public` needs nobody to be known. */
export type RoleNeeded = PersonRole | 'public'
export const ROLES = ['viewer', 'operator', 'admin'] as const satisfies readonly PersonRole[]

export const roleReaches = (has: PersonRole, needed: PersonRole): boolean => ROLES.indexOf(has) >= ROLES.indexOf(needed)

export const lesserRole = (one: PersonRole, other: PersonRole): PersonRole => (roleReaches(one, other) ? other : one)

/** The highest role that the configuration gives to this person of these groups; null when it gives none. */
export function roleHeld(holders: RoleHolders, name: string, groups: readonly string[]): PersonRole | null {
  const holds = (entry: string) =>
    entry.startsWith('user:') ? entry.slice('user:'.length) === name : entry === '*' || groups.includes(entry)
  return ROLES.findLast((role) => holders[role].some(holds)) ?? null
}

/** What is missing when somebody is known and has no role: the groups that came, and where roles are given. */
export function noRole(name: string, groups: readonly string[], from: string): EvenkeelError {
  const found = groups.length === 0 ? `${from} names no group` : `${from} names ${groups.slice(0, 10).join(', ').slice(0, 300)}`
  return new EvenkeelError(
    'forbidden',
    `${name} is signed in but has no role here: ${found}. An admin gives roles to groups under auth.roles.`,
  )
}
