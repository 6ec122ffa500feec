import type { Local } from '../../auth/local.ts'
import type { Grant, InvitationView, PersonEntryView, PersonRole } from '../../model/answers/person.ts'
import type { Page } from '../../model/answers/shape.ts'
import { EvenkeelError } from '../../model/error.ts'
import { iso } from '../http/iso.ts'
import { onePage } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'
import { localOf } from './localAccounts.ts'

/** Who may sign in: the accounts here, or those that the issuer has sent. */
export function listPersons({ auth }: Runtime): Page<PersonEntryView> {
  const persons = auth.oidc?.persons() ?? auth.local?.persons.list() ?? []
  return onePage(persons.map((person) => ({ ...person, createdAt: iso(person.createdAt) })))
}

type Invited = { name: string; role: PersonRole; grants?: Grant[] | undefined }

/** Without grants, those of somebody known stay. */
export function invitePerson(runtime: Runtime, { name, role, grants }: Invited, by: string): InvitationView {
  const { link, until } = localOf(runtime).invite(name, role, by, grants)
  return { link, until: iso(until) }
}

export function grantPerson(runtime: Runtime, name: string, grants: Grant[]): PersonEntryView {
  localOf(runtime).grant(name, grants)
  return listPersons(runtime).items.find((person) => person.name === name)!
}

/** The accounts of people: the ones kept here, or those that an issuer has sent. Throws `not_found` where there are none. */
export function accountsOf({ auth: { oidc, local } }: Runtime): Pick<Local, 'remove' | 'signOutEverywhere'> {
  const accounts = oidc ?? local
  if (!accounts) throw new EvenkeelError('not_found', 'There is no person of that name.')
  return accounts
}
