import { createHash, randomBytes } from 'node:crypto'
import type { Grant } from '../model/answers/person.ts'
import { EvenkeelError } from '../model/error.ts'
import { withGrants } from '../model/roles.ts'
import type { Store } from '../model/store.ts'
import { formerHash } from './passwordHash.ts'
import type { PersonRole } from './roles.ts'
import { onSharedMemory } from './sharedMemory.ts'

/** A public key of a person's authenticator. */
export type Passkey = {
  id: string
  publicKey: string
  counter: number
  transports?: string[]
  name: string
  createdAt: number
  usedAt: number | null
}

/** A local account. `id` is never used again: an invitation, a session or a token of somebody removed does not fit who comes by that name later. */
export type LocalPerson = {
  id: string
  name: string
  role: PersonRole
  /** Further roles, on targets with certain labels. */
  grants?: Grant[]
  createdAt: number
  by: string
  /** With its parameters, as passwordHash.ts writes it. */
  password?: string
  /** The one invitation that works; its code is known by hash alone. */
  invitation?: { hash: string; until: number }
  /** Networks that they have signed in from, newest first. */
  networks?: string[]
  /** The secret of one-time codes, sealed, and the newest time step whose code was used. */
  totp?: { sealed: string; step: number }
  /** Hashes of the recovery codes that are left. */
  recovery?: string[]
  passkeys?: Passkey[]
}

export type PersonEntry = {
  name: string
  role: PersonRole
  grants?: Grant[]
  createdAt: number
  by: string
  hasPassword: boolean
  secondFactor: boolean
}

export type Persons = {
  list(): PersonEntry[]
  all(): LocalPerson[]
  get(id: string): LocalPerson | null
  named(name: string): LocalPerson | null
  /** A one-time code for a person, new or known; it ends those before it. Throws `not_allowed` for the last admin. */
  invite(name: string, role: PersonRole, by: string, until: number): { code: string; person: LocalPerson }
  /** Whom a code would let in. */
  invited(code: string): LocalPerson | null
  /** Sets these fields; undefined takes one away. */
  update(id: string, fields: Partial<Omit<LocalPerson, 'id' | 'name' | 'role'>>): void
  /** Throws `not_found`, `not_allowed`. */
  remove(name: string): LocalPerson
}

export const hasSecondFactor = ({ totp, passkeys = [] }: Pick<LocalPerson, 'totp' | 'passkeys'>): boolean =>
  totp !== undefined || passkeys.length > 0

const PREFIX = 'person/'
const hashOf = (code: string) => createHash('sha256').update(code).digest('hex')

export function createPersons(store: Store, now: () => number): Persons {
  const named = (name: string) => store.memory.get<LocalPerson>(PREFIX + name)
  /** Looked up with each request. */
  const names = new Map<string, string>()
  const put = (person: LocalPerson) => {
    store.memory.put(PREFIX + person.name, person)
    names.set(person.id, person.name)
  }
  for (const key of store.memory.keys(PREFIX)) {
    const found = store.memory.get<LocalPerson | Former>(key)
    if (found?.name) put(present(found))
  }
  onSharedMemory<LocalPerson>(store, PREFIX, (name, person) => {
    for (const [id, known] of names) if (known === name && id !== person?.id) names.delete(id)
    if (person) names.set(person.id, name)
  })
  // From when they were bound to a name.
  for (const key of store.memory.keys('invitation/')) store.memory.delete(key)

  const all = () => [...names.values()].flatMap((name) => named(name) ?? [])
  const get = (id: string) => {
    const name = names.get(id)
    return name === undefined ? null : named(name)
  }
  return {
    list: () =>
      all().map((person) => {
        const { name, role, grants = [], createdAt, by, password } = person
        return {
          name,
          ...withGrants(role, grants),
          createdAt,
          by,
          hasPassword: password !== undefined,
          secondFactor: hasSecondFactor(person),
        }
      }),
    all,
    get,
    named,
    invite(name, role, by, until) {
      const found = named(name)
      if (found?.role !== role) lastAdminStays(all(), name, role)
      const code = randomBytes(24).toString('base64url')
      const person: LocalPerson = {
        id: newId(),
        createdAt: now(),
        by,
        ...found,
        name,
        role,
        invitation: { hash: hashOf(code), until },
      }
      put(person)
      return { code, person }
    },
    invited(code) {
      const hash = hashOf(code)
      return all().find(({ invitation }) => invitation?.hash === hash && now() < invitation.until) ?? null
    },
    update(id, fields) {
      const person = get(id)
      if (person) put({ ...person, ...fields })
    },
    remove(name) {
      const person = named(name)
      if (!person) throw new EvenkeelError('not_found', 'There is no person of that name.')
      lastAdminStays(all(), name, null)
      store.memory.delete(PREFIX + name)
      names.delete(person.id)
      return person
    },
  }
}

const newId = () => `local:${randomBytes(12).toString('base64url')}`

/** As people were kept before they had an id. */
type Former = Omit<LocalPerson, 'id' | 'password'> & { id?: string; session?: number; password?: { salt: string; hash: string } | string }
function present({ session: _, password, ...person }: Former): LocalPerson {
  return {
    ...person,
    id: person.id ?? newId(),
    ...(password === undefined ? {} : { password: typeof password === 'string' ? password : formerHash(password) }),
  }
}

function lastAdminStays(all: LocalPerson[], name: string, role: PersonRole | null): void {
  const admins = all.filter((person) => person.role === 'admin')
  if (role !== 'admin' && admins.length === 1 && admins[0]!.name === name)
    throw new EvenkeelError('not_allowed', 'The last admin stays one: make another person admin first.')
}
