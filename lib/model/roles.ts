import type { Grant, PersonRole, TokenRole } from './answers/person.ts'
import type { Labels } from './series.ts'
import { matchesLabels } from './targetLabels.ts'

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
const lesserRole = <R extends TokenRole>(one: R, other: R): R | null =>
  roleReaches(one, other) ? other : roleReaches(other, one) ? one : null

/** What somebody may: a role everywhere, and further roles on the targets with certain labels. */
export type Authority<R extends TokenRole = TokenRole> = { role: R; grants?: Grant[] }

/** Whether they hold a role on at least some targets. */
export const reachesSomewhere = ({ role, grants = [] }: Authority, needed: TokenRole): boolean =>
  roleReaches(role, needed) || grants.some((grant) => roleReaches(grant.role, needed))

/** Whether they hold a role on what has these labels. */
export const reachesAt = ({ role, grants = [] }: Authority, needed: TokenRole, labels: Labels | undefined): boolean =>
  roleReaches(role, needed) || grants.some((grant) => roleReaches(grant.role, needed) && matchesLabels(grant.where, labels))

/** The most that both may, wherever both may it; null: they have nothing in common. */
export function lesserAuthority<R extends TokenRole>(one: Authority<R>, other: Authority<R>): Authority<R> | null {
  const role = lesserRole(one.role, other.role)
  if (role === null) return null
  const all = ({ role, grants = [] }: Authority) => [{ role, where: {} as Labels }, ...grants]
  const both = all(one).flatMap((a) => all(other).flatMap((b) => bothOf(a, b)))
  return withGrants(role, both)
}

type AnyGrant = { role: TokenRole; where: Labels }

function bothOf(one: AnyGrant, other: AnyGrant): AnyGrant[] {
  const role = lesserRole(one.role, other.role)
  const apart = Object.entries(one.where).some(([name, value]) => (other.where[name] ?? value) !== value)
  return role === null || apart ? [] : [{ role, where: { ...one.where, ...other.where } }]
}

/** A role with those grants that add something to it, each once. */
export function withGrants<R extends TokenRole>(role: R, grants: readonly AnyGrant[]): Authority<R> {
  const adding = grants.filter(
    (grant): grant is Grant => (grant.role === 'operator' || grant.role === 'admin') && !roleReaches(role, grant.role),
  )
  const once = new Map(adding.filter(({ where }) => Object.keys(where).length > 0).map((grant) => [grantText(grant), grant]))
  return once.size > 0 ? { role, grants: [...once.values()] } : { role }
}

/** `operator on team=shop, env=prod`. */
export const grantText = ({ role, where }: AnyGrant): string =>
  `${role} on ${Object.entries(where)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')}`

/** `viewer, operator on team=shop`: all that somebody may, in words. */
export const authorityText = ({ role, grants = [] }: Authority): string => [role, ...grants.map(grantText)].join('; ')
