import { z } from 'zod'
import { EvenkeelError } from '../../../model/error.ts'
import { ROLES } from '../../doors/roles.ts'
import { iso } from '../../time.ts'
import * as answers from '../answers.ts'
import { id, name, words } from '../inputs.ts'
import { operation } from '../operation.ts'

const tag = 'Doors'
const who = words(100).min(1)
const role = z.enum(ROLES)
const withCookie = (body: unknown, cookie: string) =>
  new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'set-cookie': cookie } })

export const doors = [
  operation({
    method: 'GET',
    path: 'session',
    role: 'public',
    summary: 'Who is signed in',
    tag,
    answer: z.object({ person: answers.person.nullable() }),
    run: ({ person }) => ({ person }),
  }),
  operation({
    method: 'POST',
    path: 'session',
    role: 'public',
    audit: { none: 'the sign-in itself is recorded, with how it was done' },
    summary: 'Signs in by the code of a link, or by name and password',
    tag,
    body: z.union([
      z.strictObject({ code: z.string().max(200) }),
      z.strictObject({ name: z.string().max(100), password: z.string().max(1000) }),
    ]),
    answer: z.object({ person: answers.person }),
    problems: ['too_many', 'not_allowed'],
    run: async ({ house, body }) => {
      const { person, cookie } = await house.doors.signIn(body)
      return withCookie({ person }, cookie)
    },
  }),
  operation({
    method: 'POST',
    path: 'session/sign-out',
    role: 'public',
    audit: { what: 'sign-out' },
    summary: 'Forgets the session',
    tag,
    answer: z.object({ next: z.string().nullable().meta({ description: 'Where the browser ends its session with the issuer too' }) }),
    run: async ({ house, request }) => {
      const { cookie, next } = await house.doors.signOut(request.headers)
      return withCookie({ next }, cookie)
    },
  }),
  operation({
    method: 'POST',
    path: 'session/password',
    role: 'viewer',
    audit: { what: 'password-set' },
    summary: "Sets one's own password",
    tag,
    body: z.strictObject({ password: z.string().min(12, { error: 'expected at least 12 characters' }).max(1000) }),
    answer: answers.anything,
    status: 204,
    problems: ['not_allowed'],
    run: ({ house, body, person }) => {
      if (house.doors.mode !== 'local' || !person || !house.doors.persons.get(person.name))
        throw new EvenkeelError('not_allowed', 'Only a person who is signed in has a password.')
      house.doors.persons.password(person.name, body.password)
    },
  }),
  operation({
    method: 'GET',
    path: 'persons',
    role: 'admin',
    summary: 'Who may sign in',
    tag,
    answer: answers.page(answers.personEntry),
    run: ({ house }) => ({
      items: (house.doors.oidc?.persons() ?? house.doors.persons.list()).map((person) => ({ ...person, createdAt: iso(person.createdAt) })),
      next: null,
    }),
  }),
  operation({
    method: 'POST',
    path: 'persons',
    role: 'admin',
    audit: { what: 'person-invited', about: ({ name }: { name: string }) => name, body: ['role'], answer: ['until'] },
    summary: 'Makes a one-time sign-in link for a person, new or known',
    tag,
    body: z.strictObject({ name: who, role }),
    answer: answers.invitation,
    status: 201,
    problems: ['not_allowed'],
    run: ({ house, body, by }) => {
      if (house.doors.mode !== 'local')
        throw new EvenkeelError(
          'not_allowed',
          `Nobody is invited here: auth is "${house.doors.mode}", and auth.roles says who may come in.`,
        )
      const { link, until } = house.doors.invite(body.name, body.role, by)
      return { link, until: iso(until) }
    },
  }),
  operation({
    method: 'DELETE',
    path: 'persons/{name}',
    role: 'admin',
    audit: { what: 'person-removed' },
    summary: 'Removes a person and ends their sessions',
    tag,
    params: name,
    answer: answers.anything,
    status: 204,
    problems: ['not_found', 'not_allowed'],
    run: ({ house, params }) => (house.doors.oidc ?? house.doors.persons).remove(params.name),
  }),
  operation({
    method: 'GET',
    path: 'tokens',
    role: 'admin',
    summary: 'API tokens, without their secrets',
    tag,
    answer: answers.page(answers.token),
    run: ({ house }) => ({ items: house.doors.tokens.list().map((token) => ({ ...token, createdAt: iso(token.createdAt) })), next: null }),
  }),
  operation({
    method: 'POST',
    path: 'tokens',
    role: 'admin',
    audit: { what: 'token-made', about: ({ name }: { name: string }) => name, body: ['role'], answer: ['id'] },
    summary: 'Makes an API token; it is shown once',
    tag,
    body: z.strictObject({ name: who, role }),
    answer: answers.newToken,
    status: 201,
    run: ({ house, body, by }) => {
      const token = house.doors.tokens.create(body.name, body.role, by)
      return { ...token, createdAt: iso(token.createdAt) }
    },
  }),
  operation({
    method: 'DELETE',
    path: 'tokens/{id}',
    role: 'admin',
    audit: { what: 'token-revoked' },
    summary: 'Revokes an API token',
    tag,
    params: id,
    answer: answers.anything,
    status: 204,
    problems: ['not_found'],
    run: ({ house, params }) => house.doors.tokens.revoke(params.id),
  }),
]
