import { z } from 'zod'
import { ROLES } from '../../auth/roles.ts'
import { invitationAnswer, personEntryAnswer } from '../../model/answers/person.ts'
import { anything, page } from '../../model/answers/shape.ts'
import { name, words } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { localOf } from './localAccounts.ts'
import { accountsOf, invitePerson, listPersons } from './persons.ts'

const tag = 'Authentication'
const who = words(100).min(1)
const role = z.enum(ROLES)

export const personOperations = [
  operation({
    method: 'GET',
    path: 'persons',
    role: 'admin',
    summary: 'Who may sign in',
    tag,
    answer: page(personEntryAnswer),
    run: ({ runtime }) => listPersons(runtime),
  }),
  operation({
    method: 'POST',
    path: 'persons',
    role: 'admin',
    audit: { what: 'person-invited', about: ({ name }: { name: string }) => name, body: ['role'], answer: ['until'] },
    summary: 'Makes a one-time sign-in link for a person, new or known',
    tag,
    body: z.strictObject({ name: who, role }),
    answer: invitationAnswer,
    status: 201,
    problems: ['not_allowed'],
    run: ({ runtime, body, by }) => invitePerson(runtime, body.name, body.role, by),
  }),
  operation({
    method: 'DELETE',
    path: 'persons/{name}',
    role: 'admin',
    audit: { what: 'person-removed' },
    summary: 'Removes a person and ends their sessions',
    tag,
    params: name,
    answer: anything,
    status: 204,
    problems: ['not_found', 'not_allowed'],
    run: ({ runtime, params }) => accountsOf(runtime).remove(params.name),
  }),
  operation({
    method: 'DELETE',
    path: 'persons/{name}/sessions',
    role: 'admin',
    audit: { what: 'session-ended' },
    summary: 'Ends all sessions of a person',
    tag,
    params: name,
    answer: anything,
    status: 204,
    problems: ['not_found', 'not_allowed'],
    run: ({ runtime, params }) => accountsOf(runtime).signOutEverywhere(params.name),
  }),
  operation({
    method: 'DELETE',
    path: 'persons/{name}/second-factor',
    role: 'admin',
    audit: { what: 'second-factor' },
    summary: 'Takes the second factor of a person away, who has lost it, and ends their sessions',
    tag,
    params: name,
    answer: anything,
    status: 204,
    problems: ['not_found', 'not_allowed'],
    run: ({ runtime, params }) => localOf(runtime).resetSecondFactor(params.name),
  }),
]
