import { type Authority, withGrants } from '../model/roles.ts'
import { ANONYMOUS, type Identity } from './identity.ts'
import type { Local } from './local.ts'
import type { Oidc } from './oidc.ts'
import { hasSecondFactor, type LocalPerson } from './persons.ts'
import type { ProxiedPeople } from './proxiedPeople.ts'
import type { PersonRole } from './roles.ts'

/** The directory of people: what somebody is called and which role they hold now, wherever their accounts are kept. */
export type Directory = {
  /** Null for nobody. */
  authorityOf(id: string): Authority<PersonRole> | null
  nameOf(id: string): string | null
  idNamed(name: string): string | null
  /** Somebody who has a session; null when they are gone. */
  present(id: string): ({ name: string } & Authority<PersonRole>) | null
  /** Whether a person must set up a second factor before they get any further. */
  lacksSecondFactor(identity: Identity | null): boolean
}

type Accounts = { local: Local | null; oidc: Oidc | null; proxied: ProxiedPeople | null }

/** What a local account may. */
const authorityIn = (person: LocalPerson | null) => person && withGrants(person.role, person.grants ?? [])

export function createDirectory({ local, oidc, proxied }: Accounts): Directory {
  return {
    authorityOf(id) {
      if (local) return authorityIn(local.persons.get(id))
      if (oidc) return oidc.authorityOf(id)
      if (proxied) return proxied.authorityOf(id)
      return id === ANONYMOUS.id ? { role: ANONYMOUS.role } : null
    },
    nameOf(id) {
      if (id === ANONYMOUS.id) return ANONYMOUS.name
      if (id.startsWith('proxy:')) return id.slice('proxy:'.length)
      return local?.persons.get(id)?.name ?? oidc?.nameOf(id) ?? null
    },
    idNamed(name) {
      if (local) return local.persons.named(name)?.id ?? null
      return oidc?.named(name)[0]?.id ?? null
    },
    present(id) {
      if (!local) return oidc?.present(id) ?? null
      const person = local.persons.get(id)
      return person && { name: person.name, ...authorityIn(person)! }
    },
    lacksSecondFactor(identity) {
      const account = local?.required && identity?.kind === 'person' ? local.persons.get(identity.id) : null
      return account ? !hasSecondFactor(account) : false
    },
  }
}
