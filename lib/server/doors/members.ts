import { createHash, randomBytes } from 'node:crypto'
import { EvenkeelError } from '../../model/error.ts'
import type { Store } from '../../model/store.ts'
import type { Vouched } from './issuer.ts'

/** Somebody whom an issuer vouched for when they last signed in. `session` ends with the entry. */
export type Member = Pick<Vouched, 'subject' | 'name' | 'groups'> & { session: string; createdAt: number }

export type Members = {
  list(): Member[]
  get(subject: string): Member | null
  /** Keeps what the issuer says of them now. */
  admit(vouched: Vouched): Member
  /** Forgets everybody of that name, and ends their sessions. They may sign in again as long as the issuer lets them. */
  remove(name: string): void
}

/** The people of one issuer: another issuer's subjects are other people. */
export function createMembers(store: Store, issuer: string, now: () => number): Members {
  const prefix = `member/${createHash('sha256').update(issuer).digest('hex').slice(0, 16)}/`
  const get = (subject: string) => store.memory.get<Member>(prefix + subject)
  const list = () => store.memory.keys(prefix).flatMap((key) => store.memory.get<Member>(key) ?? [])
  return {
    list,
    get,
    admit({ subject, name, groups }) {
      const { session, createdAt } = get(subject) ?? { session: randomBytes(12).toString('base64url'), createdAt: now() }
      const member = { subject, name, groups, session, createdAt }
      store.memory.put(prefix + subject, member)
      return member
    },
    remove(name) {
      const named = list().filter((member) => member.name === name)
      if (named.length === 0) throw new EvenkeelError('not_found', 'There is no person of that name.')
      for (const { subject } of named) store.memory.delete(prefix + subject)
    },
  }
}
