import type { RoleHolders } from '../config/auth.ts'
import type { PersonRole, TokenRole } from '../model/answers/person.ts'
import { EvenkeelError } from '../model/error.ts'

export type { PersonRole, TokenRole }
/** The least role that a call or a page needs; `public` needs nobody to be known. */
export type RoleNeeded = TokenRole | 'public'
export const ROLES = ['viewer', 'operator', 'admin'] as const satisfies readonly PersonRole[]
export const TOKEN_ROLES = ['reporter', ...ROLES] as const satisfies readonly TokenRole[]

/** A reporter is no small viewer: it reads nothing, and who only reads reports nothing. */
const INCLUDES: Record<TokenRole, readonly TokenRole[]> = {
  reporter: ['reporter'],
  viewer: ['viewer'],
  operator: ['reporter', 'viewer', 'operator'],
  admin: ['reporter', 'viewer', 'operator', 'admin'],
}

export const roleReaches = (has: TokenRole, needed: TokenRole): boolean => INCLUDES[has].includes(needed)

/** The most that both may; null: they have nothing in common. */
export const lesserRole = (one: TokenRole, other: TokenRole): TokenRole | null =>
  roleReaches(one, other) ? other : roleReaches(other, one) ? one : null

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
