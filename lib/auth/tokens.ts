import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { EvenkeelError } from '../model/error.ts'
import type { Store } from '../model/store.ts'
import type { Identity, TokenIdentity } from './identity.ts'
import { createLastUse } from './lastUse.ts'
import { lesserRole, type PersonRole, type TokenRole } from './roles.ts'

const DAY_MS = 86_400_000
const DEFAULT_MS = 90 * DAY_MS
const TOKEN_MAX_MS = 366 * DAY_MS

/**
 * What is kept of a token: never the token. `owner` is the id of the person who answers for it, `maker` the token that it was made with. Those from
 * before tokens had an end and an owner have `owner: null`.
 */
type Kept = {
  id: string
  name: string
  role: TokenRole
  hash: string
  createdAt: number
  by: string
  until: number
  owner: string | null
  maker?: string
}
/** `role` is what it can do now; null when its owner is gone or has no role. */
export type Token = Omit<Kept, 'hash' | 'role' | 'maker'> & { role: TokenRole; present: TokenRole | null; usedAt: number | null }

export type Tokens = {
  list(): Token[]
  /** `token` is shown once and kept nowhere. Without `until` it ends after 90 days. Throws `bad_request`. */
  create(asked: { name: string; role: TokenRole; until?: number }, by: Identity): Token & { token: string }
  /** With it go the tokens that were made with it. */
  revoke(id: string): void
  /** With the person. */
  revokeOf(owner: string): void
  /** Whose request carries this token; null when it is not known, has ended, or its owner is gone. */
  bearer(token: string): TokenIdentity | null
}

export type TokensOptions = {
  store: Store
  now: () => number
  /** The role that an owner holds now; null for nobody. */
  roleOf(owner: string): PersonRole | null
  /** The owner of a token from before tokens had owners, by the name that made it. */
  ownerNamed(name: string): string | null
  ended(): void
}

const key = (id: string) => `token/${id}`
const hashOf = (secret: string) => createHash('sha256').update(secret).digest()

/** API tokens: `ek_ID_SECRET`. 256 random bits need no slow hash. */
export function createTokens({ store, now, roleOf, ownerNamed, ended }: TokensOptions): Tokens {
  const used = createLastUse(store, 'used/token/', now)
  const get = (id: string) => store.memory.get<Kept>(key(id))
  const all = () => store.memory.keys('token/').flatMap((name) => store.memory.get<Kept>(name) ?? [])
  for (const token of all())
    if (token.until === undefined)
      store.memory.put(key(token.id), { ...token, until: now() + DEFAULT_MS, owner: ownerNamed(token.by) } satisfies Kept)

  /** A token is worth at most what its owner is now. */
  function presentRole({ role, owner }: Kept): TokenRole | null {
    if (owner === null) return role
    const held = roleOf(owner)
    return held && lesserRole(role, held)
  }
  const shown = (token: Kept): Token => {
    const { hash: _, maker: __, ...rest } = token
    return { ...rest, present: now() < token.until ? presentRole(token) : null, usedAt: used.at(token.id) }
  }
  function drop(ids: string[]): void {
    for (const id of ids) {
      store.memory.delete(key(id))
      used.forget(id)
      drop(all().flatMap((token) => (token.maker === id ? token.id : [])))
    }
  }

  return {
    list: () =>
      all()
        .map(shown)
        .sort((a, b) => b.createdAt - a.createdAt),
    create({ name, role, until = now() + DEFAULT_MS }, by) {
      if (until <= now() || until > now() + TOKEN_MAX_MS)
        throw new EvenkeelError('bad_request', 'until: expected a time within the next 366 days.')
      const id = randomBytes(6).toString('hex')
      const secret = randomBytes(32).toString('base64url')
      const made = by.kind === 'token' ? get(by.id) : null
      const kept: Kept = {
        id,
        name,
        role,
        createdAt: now(),
        by: by.name,
        // A token must not outlive itself in those that it makes.
        until: made ? Math.min(until, made.until) : until,
        owner: by.kind === 'token' ? by.owner : by.id,
        ...(made ? { maker: made.id } : {}),
        hash: hashOf(secret).toString('hex'),
      }
      store.memory.put(key(id), kept)
      return { ...shown(kept), token: `ek_${id}_${secret}` }
    },
    revoke(id) {
      if (!get(id)) throw new EvenkeelError('not_found', 'There is no token of that id.')
      drop([id])
      ended()
    },
    revokeOf(owner) {
      drop(all().flatMap((token) => (token.owner === owner ? token.id : [])))
      ended()
    },
    bearer(token) {
      const match = /^ek_([0-9a-f]{12})_([\w-]{43})$/.exec(token)
      const kept = match && get(match[1]!)
      if (!match || !kept || !timingSafeEqual(hashOf(match[2]!), Buffer.from(kept.hash, 'hex')) || now() >= kept.until) return null
      const role = presentRole(kept)
      if (!role) return null
      used.touch(kept.id)
      return { kind: 'token', id: kept.id, name: kept.name, role, owner: kept.owner }
    },
  }
}
