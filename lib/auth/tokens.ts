import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Grant } from '../model/answers/person.ts'
import { EvenkeelError } from '../model/error.ts'
import { type Authority, lesserAuthority, withGrants } from '../model/roles.ts'
import type { Labels } from '../model/series.ts'
import type { Store } from '../model/store.ts'
import type { Identity, TokenIdentity } from './identity.ts'
import { createLastUse } from './lastUse.ts'
import type { PersonRole, TokenRole } from './roles.ts'

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
  /** The labels that it has its role on; elsewhere it reads. Absent: everywhere. */
  where?: Labels
  hash: string
  createdAt: number
  by: string
  until: number
  owner: string | null
  maker?: string
}
/** `present` is what it can do now, besides `grants` on some targets; null when its owner is gone or has no role. */
export type Token = Omit<Kept, 'hash' | 'maker'> & { present: TokenRole | null; grants?: Grant[]; usedAt: number | null }

export type Tokens = {
  list(): Token[]
  /** `token` is shown once and kept nowhere. Without `until` it ends after 90 days. Throws `bad_request`. */
  create(asked: { name: string; role: TokenRole; where?: Labels; until?: number }, by: Identity): Token & { token: string }
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
  /** What an owner may now; null for nobody. */
  authorityOf(owner: string): Authority<PersonRole> | null
  /** The owner of a token from before tokens had owners, by the name that made it. */
  ownerNamed(name: string): string | null
  ended(): void
}

const key = (id: string) => `token/${id}`
const hashOf = (secret: string) => createHash('sha256').update(secret).digest()

/** API tokens: `ek_ID_SECRET`. 256 random bits need no slow hash. */
export function createTokens({ store, now, authorityOf, ownerNamed, ended }: TokensOptions): Tokens {
  const used = createLastUse(store, 'used/token/', now)
  const get = (id: string) => store.memory.get<Kept>(key(id))
  const all = () => store.memory.keys('token/').flatMap((name) => store.memory.get<Kept>(name) ?? [])
  for (const token of all())
    if (token.until === undefined)
      store.memory.put(key(token.id), { ...token, until: now() + DEFAULT_MS, owner: ownerNamed(token.by) } satisfies Kept)

  /** A token is worth at most what its owner is now. */
  function presentAuthority({ role, where, owner }: Kept): Authority | null {
    const own = where ? withGrants('viewer', [{ role, where }]) : { role }
    if (owner === null) return own
    const held = authorityOf(owner)
    return held && lesserAuthority<TokenRole>(own, held)
  }
  const shown = (token: Kept): Token => {
    const { hash: _, maker: __, ...rest } = token
    const { role: present = null, grants } = (now() < token.until && presentAuthority(token)) || {}
    return { ...rest, present, ...(grants && { grants }), usedAt: used.at(token.id) }
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
    create({ name, role, where, until = now() + DEFAULT_MS }, by) {
      if (until <= now() || until > now() + TOKEN_MAX_MS)
        throw new EvenkeelError('bad_request', 'until: expected a time within the next 366 days.')
      if (where && role !== 'operator' && role !== 'admin')
        throw new EvenkeelError(
          'bad_request',
          `where: only an operator's or an admin's token is limited by labels; a ${role}'s has no use for them.`,
        )
      const id = randomBytes(6).toString('hex')
      const secret = randomBytes(32).toString('base64url')
      const made = by.kind === 'token' ? get(by.id) : null
      const kept: Kept = {
        id,
        name,
        role,
        ...(where && { where }),
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
      const authority = presentAuthority(kept)
      if (!authority) return null
      used.touch(kept.id)
      return { kind: 'token', id: kept.id, name: kept.name, ...authority, owner: kept.owner }
    },
  }
}
