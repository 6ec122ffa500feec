import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { EvenkeelError } from '../../model/error.ts'
import type { Store } from '../../model/store.ts'
import type { Person } from '../../model/views.ts'
import type { PersonRole } from './roles.ts'

/** What is kept of a token: never the token. */
type Kept = { id: string; name: string; role: PersonRole; hash: string; createdAt: number; by: string }
export type Token = Omit<Kept, 'hash'>

export type Tokens = {
  list(): Token[]
  /** `token` is shown once and kept nowhere. */
  create(name: string, role: PersonRole, by: string): Token & { token: string }
  revoke(id: string): void
  /** Who carries this token; null when nobody. */
  bearer(token: string): Person | null
}

const key = (id: string) => `token/${id}`
const hashOf = (secret: string) => createHash('sha256').update(secret).digest()

/** API tokens: `ek_ID_SECRET`. 256 random bits need no slow hash. */
export function createTokens(store: Store, now: () => number): Tokens {
  const get = (id: string) => store.memory.get<Kept>(key(id))
  return {
    list: () =>
      store.memory
        .keys('token/')
        .flatMap((name) => store.memory.get<Kept>(name) ?? [])
        .map(({ hash: _, ...token }) => token)
        .sort((a, b) => b.createdAt - a.createdAt),
    create(name, role, by) {
      const id = randomBytes(6).toString('hex')
      const secret = randomBytes(32).toString('base64url')
      const token: Token = { id, name, role, createdAt: now(), by }
      store.memory.put(key(id), { ...token, hash: hashOf(secret).toString('hex') } satisfies Kept)
      return { ...token, token: `ek_${id}_${secret}` }
    },
    revoke(id) {
      if (!get(id)) throw new EvenkeelError('not_found', 'There is no token of that id.')
      store.memory.delete(key(id))
    },
    bearer(token) {
      const match = /^ek_([0-9a-f]{12})_([\w-]{43})$/.exec(token)
      const kept = match && get(match[1]!)
      if (!match || !kept || !timingSafeEqual(hashOf(match[2]!), Buffer.from(kept.hash, 'hex'))) return null
      return { name: kept.name, role: kept.role }
    },
  }
}
