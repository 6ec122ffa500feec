import { z } from 'zod'
import { whereLabels } from '../../config/auth.ts'
import { GRANTS_MAX, invitationAnswer, personEntryAnswer } from '../../model/answers/person.ts'
import { anything, page } from '../../model/answers/shape.ts'
import { ROLES } from '../../model/roles.ts'
import { name, words } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { localOf } from './localAccounts.ts'
import { accountsOf, grantPerson, invitePerson, listPersons } from './persons.ts'

const tag = 'Authentication'
const who = words(100).min(1)
const role = z.enum(ROLES)
const grants = z
  .array(z.strictObject({ role: z.enum(['operator', 'admin']), where: whereLabels }))
  .max(GRANTS_MAX)
  .meta({
    description: 'Further roles, each on the targets that have all these labels',
    example: [{ role: 'operator', where: { team: 'shop' } }],
  })

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
    touches: 'everything',
    audit: { what: 'person-invited', about: ({ name }: { name: string }) => name, body: ['role', 'grants'], answer: ['until'] },
    summary: 'Makes a one-time sign-in link for a person, new or known',
    tag,
    body: z.strictObject({ name: who, role, grants: grants.optional() }),
    answer: invitationAnswer,
    status: 201,
    problems: ['not_allowed'],
    run: ({ runtime, body, by }) => invitePerson(runtime, body, by),
  }),
  operation({
    method: 'POST',
    path: 'persons/{name}/grants',
    role: 'admin',
    touches: 'everything',
    audit: { what: 'person-changed', body: ['grants'] },
    summary: 'Says on which targets a person has further roles, by label, in place of what was said before',
    tag,
    params: name,
    body: z.strictObject({ grants }),
    answer: personEntryAnswer,
    problems: ['not_found', 'not_allowed'],
    run: ({ runtime, params, body }) => grantPerson(runtime, params.name, body.grants),
  }),
  operation({
    method: 'DELETE',
    path: 'persons/{name}',
    role: 'admin',
    touches: 'everything',
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
    touches: 'everything',
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
    touches: 'everything',
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
