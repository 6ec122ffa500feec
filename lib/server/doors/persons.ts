import { createHash, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import { EvenkeelError } from '../../model/error.ts'
import type { Store } from '../../model/store.ts'
import type { PersonRole } from './roles.ts'

type Kept = { name: string; role: PersonRole; createdAt: number; by: string; password?: { salt: string; hash: string }; session: number }
export type PersonEntry = { name: string; role: PersonRole; createdAt: number; by: string; hasPassword: boolean }

/** An invitation: its code is known by hash alone, works once and ends. */
type Invitation = { name: string; role: PersonRole; until: number | null }

export type Persons = {
  list(): PersonEntry[]
  get(name: string): { name: string; role: PersonRole; session: number } | null
  /** Makes a one-time code for a person, new or known. `until`: epoch ms, null for no end. */
  invite(name: string, role: PersonRole, by: string, until: number | null): string
  /** The person that a code lets in; the code is used up. */
  redeem(code: string): string | null
  password(name: string, password: string): void
  passwordFits(name: string, password: string): boolean
  remove(name: string): void
  /** Ends all sessions of a person. */
  endSessions(name: string): void
}

const key = (name: string) => `person/${name}`
const codeKey = (code: string) => `invitation/${createHash('sha256').update(code).digest('hex')}`
const derive = (password: string, salt: string) => scryptSync(password, salt, 32)
/** Compared with when there is no such person, so that the answer takes as long. */
const NOBODY = { salt: 'nobody', hash: Buffer.alloc(32).toString('hex') }

export function createPersons(store: Store, now: () => number): Persons {
  const find = (name: string) => store.memory.get<Kept>(key(name))
  const known = (name: string): Kept => {
    const found = find(name)
    if (!found) throw new EvenkeelError('not_found', 'There is no person of that name.')
    return found
  }
  const all = () => store.memory.keys('person/').flatMap((name) => store.memory.get<Kept>(name) ?? [])
  return {
    list: () => all().map(({ password, session: _, ...person }) => ({ ...person, hasPassword: password !== undefined })),
    get: find,
    invite(name, role, by, until) {
      const found = find(name)
      if (found?.role !== role) lastAdminStays(all(), name, role)
      // Counted from now on: a cookie from before a removal must not fit who is invited again by that name.
      store.memory.put(key(name), { createdAt: now(), by, session: now(), ...found, name, role } satisfies Kept)
      const code = randomBytes(24).toString('base64url')
      store.memory.put(codeKey(code), { name, role, until } satisfies Invitation)
      return code
    },
    redeem(code) {
      const invitation = store.memory.get<Invitation>(codeKey(code))
      if (!invitation) return null
      store.memory.delete(codeKey(code))
      return (invitation.until === null || now() < invitation.until) && find(invitation.name) ? invitation.name : null
    },
    password(name, password) {
      const salt = randomBytes(16).toString('hex')
      store.memory.put(key(name), { ...known(name), password: { salt, hash: derive(password, salt).toString('hex') } })
    },
    passwordFits(name, password) {
      const { salt, hash } = find(name)?.password ?? NOBODY
      return timingSafeEqual(derive(password, salt), Buffer.from(hash, 'hex')) && hash !== NOBODY.hash
    },
    remove(name) {
      known(name)
      lastAdminStays(all(), name, null)
      store.memory.delete(key(name))
    },
    endSessions(name) {
      const person = known(name)
      store.memory.put(key(name), { ...person, session: person.session + 1 })
    },
  }
}

function lastAdminStays(all: Kept[], name: string, role: PersonRole | null): void {
  const admins = all.filter((person) => person.role === 'admin')
  if (role !== 'admin' && admins.length === 1 && admins[0]!.name === name)
    throw new EvenkeelError('not_allowed', 'The last admin stays one: make another person admin first.')
}
