import type { RoleHolders } from '../../config/auth.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Person } from '../../model/views.ts'

export type PersonRole = Person['role']
export const ROLES = ['viewer', 'operator', 'admin'] as const satisfies readonly PersonRole[]

export const roleReaches = (has: PersonRole, needed: PersonRole): boolean => ROLES.indexOf(has) >= ROLES.indexOf(needed)

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

/** Open to everybody: whether it lives, and the way in. */
const PUBLIC = [
  /^\/(healthz|readyz)$/,
  /^\/sign-in(\/|$)/,
  /^\/api\/v1\/session(\/sign-out)?$/,
  /^\/_next\/static\//,
  // What servers poll by their own protocol; the door still checks Host and Origin.
  /^\/v3\/discovery:endpoints$/,
  /^\/(favicon\.ico|icon\.svg|icon|apple-icon|robots\.txt|manifest\.webmanifest)$/,
]
const ADMIN = [/^\/api\/v1\/(tokens|persons)(\/|$)/, /^\/api\/v1\/targets\/[^/]+\/monitor$/]
/** Computes and writes nothing, or touches nothing but one's own. */
const ASKING = [/^\/api\/v1\/rings\/(evaluate|solve|describe)$/, /^\/api\/v1\/session\/password$/]

/**
 * The least role that a request needs; null when it needs none. The one table of who may do what: every page and every call comes
 * through it, and what it does not name needs the most for its method.
 */
export function roleNeeded(method: string, path: string): PersonRole | null {
  if (PUBLIC.some((pattern) => pattern.test(path))) return null
  if (ADMIN.some((pattern) => pattern.test(path))) return 'admin'
  if (method === 'GET' || method === 'HEAD' || ASKING.some((pattern) => pattern.test(path))) return 'viewer'
  return 'operator'
}
