import { ANONYMOUS, type Identity } from './identity.ts'
import type { Local } from './local.ts'
import type { Oidc } from './oidc.ts'
import { hasSecondFactor } from './persons.ts'
import type { ProxiedPeople } from './proxiedPeople.ts'
import type { PersonRole } from './roles.ts'

/** The directory of people: what somebody is called and which role they hold now, wherever their accounts are kept. */
export type Directory = {
  /** Null for nobody. */
  roleOf(id: string): PersonRole | null
  nameOf(id: string): string | null
  idNamed(name: string): string | null
  /** Somebody who has a session; null when they are gone. */
  present(id: string): { name: string; role: PersonRole } | null
  /** Whether a person must set up a second factor before they get any further. */
  lacksSecondFactor(identity: Identity | null): boolean
}

type Accounts = { local: Local | null; oidc: Oidc | null; proxied: ProxiedPeople | null }

export function createDirectory({ local, oidc, proxied }: Accounts): Directory {
  return {
    roleOf(id) {
      if (local) return local.persons.get(id)?.role ?? null
      if (oidc) return oidc.roleOf(id)
      if (proxied) return proxied.roleOf(id)
      return id === ANONYMOUS.id ? ANONYMOUS.role : null
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
    present: (id) => (local ? local.persons.get(id) : oidc?.present(id)) ?? null,
    lacksSecondFactor(identity) {
      const account = local?.required && identity?.kind === 'person' ? local.persons.get(identity.id) : null
      return account ? !hasSecondFactor(account) : false
    },
  }
}
