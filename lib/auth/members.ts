import { createHash, randomBytes } from 'node:crypto'
import { EvenkeelError } from '../model/error.ts'
import type { Store } from '../model/store.ts'
import type { Vouched } from './issuer.ts'
import { onSharedMemory } from './sharedMemory.ts'

/** Somebody whom an issuer vouched for when they last signed in. `id` ends with the entry. */
export type Member = Pick<Vouched, 'subject' | 'name' | 'groups'> & { id: string; createdAt: number }
/** As members were kept before there were sessions of their own. */
type Former = Omit<Member, 'id'> & { id?: string; session?: string }

export type Members = {
  list(): Member[]
  get(id: string): Member | null
  /** Keeps what the issuer says of them now. */
  admit(vouched: Vouched): Member
  /** Forgets everybody of that name; who they were. They may sign in again as long as the issuer lets them. */
  remove(name: string): Member[]
}

/** The people of one issuer: another issuer's subjects are other people. */
export function createMembers(store: Store, issuer: string, now: () => number): Members {
  const prefix = `member/${createHash('sha256').update(issuer).digest('hex').slice(0, 16)}/`
  const read = (key: string): Member | null => {
    const found = store.memory.get<Former>(key)
    if (!found) return null
    const { session, id = `oidc:${session}`, ...rest } = found
    return { ...rest, id }
  }
  const list = () => store.memory.keys(prefix).flatMap((key) => read(key) ?? [])
  /** Looked up with each request. */
  const subjects = new Map(list().map(({ id, subject }) => [id, subject]))
  onSharedMemory<Member>(store, prefix, (subject, member) => {
    if (member) subjects.set(member.id, subject)
    else for (const [id, known] of subjects) if (known === subject) subjects.delete(id)
  })
  return {
    list,
    get(id) {
      const subject = subjects.get(id)
      return subject === undefined ? null : read(prefix + subject)
    },
    admit({ subject, name, groups }) {
      const { id, createdAt } = read(prefix + subject) ?? { id: `oidc:${randomBytes(12).toString('base64url')}`, createdAt: now() }
      const member: Member = { id, subject, name, groups, createdAt }
      store.memory.put(prefix + subject, member)
      subjects.set(id, subject)
      return member
    },
    remove(name) {
      const named = list().filter((member) => member.name === name)
      if (named.length === 0) throw new EvenkeelError('not_found', 'There is no person of that name.')
      for (const { id, subject } of named) {
        store.memory.delete(prefix + subject)
        subjects.delete(id)
      }
      return named
    },
  }
}
