import { createHash, randomBytes } from 'node:crypto'
import { type ClockStep, movedDate } from '../model/clock.ts'
import type { Store } from '../model/store.ts'
import { createLastUse } from './lastUse.ts'
import type { PersonRole } from './roles.ts'
import { onSharedMemory } from './sharedMemory.ts'

/** No session is older, used or not. */
export const SESSION_MS = 14 * 86_400_000
/** A person with more browsers than this loses the session that was used longest ago. */
const EACH_MAX = 50

/** `id` may be shown: it is a piece of the hash of the secret in the cookie. `role` is what the person held when it began. */
type Kept = {
  id: string
  person: string
  role: PersonRole
  by: 'link' | 'password' | 'passkey' | 'issuer'
  createdAt: number
  from: string | null
  agent: string
}
export type Session = Kept & { usedAt: number }

/**
 * Server-side sessions. The cookie is a random secret that only its hash is kept of, so that a session can be ended, and what was read off the
 * disk signs nobody in.
 */
export type Sessions = {
  /** A new session; returns the secret. */
  begin(session: Pick<Kept, 'person' | 'role' | 'by' | 'from' | 'agent'>): string
  /** Null when there is none, or it was not used for too long, or is too old. */
  find(secret: string): Session | null
  get(id: string): Session | null
  touch(id: string): void
  /** The one used last first. */
  of(person: string): Session[]
  end(id: string): void
  /** All of a person's, but one. */
  endAll(person: string, but?: string): void
  /** A clock that was set back lengthens no session. One that was set ahead may end some: better than one that lasts too long. */
  stepClock(step: ClockStep): void
}

const PREFIX = 'session/'
const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex')

export function createSessions(options: { store: Store; now: () => number; idleMs: number; ended: () => void }): Sessions {
  const { store, now, idleMs, ended } = options
  // In memory first: a sign-in must succeed on a full disk, to undo a change for example. It is then over with the process.
  const kept = new Map<string, Kept>()
  const used = createLastUse(store, 'used/session/', now)
  for (const key of store.memory.keys(PREFIX)) {
    const found = store.memory.get<Kept>(key)
    if (found) kept.set(key.slice(PREFIX.length), found)
  }
  onSharedMemory<Kept>(store, PREFIX, (hash, session) => {
    if (session) kept.set(hash, session)
    else if (kept.delete(hash)) ended()
  })
  const withUse = (session: Kept): Session => ({ ...session, usedAt: used.at(session.id) ?? session.createdAt })
  const isOver = ({ usedAt, createdAt }: Session) => now() - usedAt >= idleMs || now() - createdAt >= SESSION_MS

  function sweep(which: (session: Session) => boolean): void {
    const over = [...kept].filter(([, session]) => which(withUse(session)))
    if (over.length === 0) return
    // First what counts: the disk may be full.
    for (const [hash] of over) kept.delete(hash)
    ended()
    for (const [hash, { id }] of over) {
      store.memory.delete(PREFIX + hash)
      used.forget(id)
    }
  }
  const alive = (): Session[] => [...kept.values()].map(withUse).filter((session) => !isOver(session))
  const of = (person: string) =>
    alive()
      .filter((session) => session.person === person)
      .sort((a, b) => b.usedAt - a.usedAt)

  return {
    begin({ person, role, by, from, agent }) {
      sweep(isOver)
      for (const { id } of of(person).slice(EACH_MAX - 1)) sweep((session) => session.id === id)
      const secret = randomBytes(32).toString('base64url')
      const hash = hashOf(secret)
      const session: Kept = { id: hash.slice(0, 16), person, role, by, createdAt: now(), from, agent: agent.slice(0, 200) }
      kept.set(hash, session)
      try {
        store.memory.put(PREFIX + hash, session)
      } catch {
        // It ends with this process.
      }
      return secret
    },
    find(secret) {
      const session = kept.get(hashOf(secret))
      const found = session && withUse(session)
      return found && !isOver(found) ? found : null
    },
    get: (id) => alive().find((session) => session.id === id) ?? null,
    touch: used.touch,
    of,
    end: (id) => sweep((session) => session.id === id),
    endAll: (person, but) => sweep((session) => session.person === person && session.id !== but),
    stepClock(step) {
      used.stepClock(step)
      for (const [hash, session] of kept) {
        const createdAt = movedDate(session.createdAt, step)
        if (createdAt === session.createdAt) continue
        kept.set(hash, { ...session, createdAt })
        store.memory.put(PREFIX + hash, kept.get(hash))
      }
    },
  }
}
