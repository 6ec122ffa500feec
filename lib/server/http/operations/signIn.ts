import { z } from 'zod'
import type { Local, SignInAttempt } from '../../../auth/local.ts'
import { PASSWORD_MAX } from '../../../auth/passwordChoice.ts'
import { ROLES } from '../../../auth/roles.ts'
import { EvenkeelError } from '../../../model/error.ts'
import { tokenView } from '../../account/account.ts'
import type { Runtime } from '../../runtime.ts'
import * as answers from '../answers.ts'
import { id, name, time, words } from '../inputs.ts'
import { iso } from '../iso.ts'
import { operation } from '../operation.ts'
import { withCookies } from '../withCookies.ts'

const tag = 'Authentication'
/** The pages that the browser holds for "back" too. Its storage has nothing of ours but what the pages look like. */
const FORGET = { 'clear-site-data': '"cache"' }
const who = words(100).min(1)
const role = z.enum(ROLES)
const second = z.string().max(100).optional().meta({ description: 'A one-time code or a recovery code, where a second factor is set up' })

function localOf(runtime: Runtime): Local {
  if (!runtime.auth.local)
    throw new EvenkeelError(
      'not_allowed',
      `There are no accounts here: auth is "${runtime.auth.mode}"${runtime.auth.mode === 'none' ? '' : ', and auth.roles says who may come in'}.`,
    )
  return runtime.auth.local
}

/** Whoever keeps people. Throws `not_found` where nobody does. */
function accountsOf({ auth: { oidc, local } }: Runtime): Pick<Local, 'remove' | 'signOutEverywhere'> {
  const accounts = oidc ?? local
  if (!accounts) throw new EvenkeelError('not_found', 'There is no person of that name.')
  return accounts
}

export const signIn = [
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
    audit: { elsewhere: 'the sign-in itself is recorded, whichever way somebody comes in' },
    summary: 'Signs in by the code of a link, by name and password, or by a passkey',
    tag,
    body: z.union([
      z.strictObject({ code: z.string().max(200), second }),
      z.strictObject({ name: z.string().max(100), password: z.string().max(PASSWORD_MAX), second }),
      z.strictObject({ pending: z.string().max(4_000), passkey: z.looseObject({ id: z.string(), response: z.looseObject({}) }) }),
    ]),
    answer: z.object({
      person: answers.person.nullable(),
      second: z
        .array(z.enum(['code', 'passkey']))
        .optional()
        .meta({ description: 'Nobody is signed in yet: one of these is needed too. A code goes into `second`, beside the rest' }),
    }),
    problems: ['too_many', 'not_allowed'],
    run: async ({ runtime, body, request, from }) => {
      const entered = await localOf(runtime).signIn(body as SignInAttempt, { headers: request.headers, from })
      return 'second' in entered ? { person: null, second: entered.second } : withCookies({ person: entered.person }, entered.cookies)
    },
  }),
  operation({
    method: 'POST',
    path: 'session/passkey',
    role: 'public',
    audit: { none: 'only asks what is to be signed' },
    summary: 'What the browser is asked for to sign in by a passkey',
    tag,
    answer: answers.challenge,
    problems: ['not_allowed'],
    run: ({ runtime }) => localOf(runtime).passkeys.challenge(),
  }),
  operation({
    method: 'POST',
    path: 'session/sign-out',
    role: 'public',
    audit: { what: 'sign-out' },
    summary: 'Ends the session',
    tag,
    answer: z.object({ next: z.string().nullable().meta({ description: 'Where the browser ends its session with the issuer too' }) }),
    run: async ({ runtime, request }) => {
      const { cookie, next } = await runtime.auth.signOut(request.headers)
      return withCookies({ next }, [cookie], FORGET)
    },
  }),
  operation({
    method: 'GET',
    path: 'persons',
    role: 'admin',
    summary: 'Who may sign in',
    tag,
    answer: answers.page(answers.personEntry),
    run: ({ runtime }) => ({
      items: (runtime.auth.oidc?.persons() ?? runtime.auth.local?.persons.list() ?? []).map((person) => ({
        ...person,
        createdAt: iso(person.createdAt),
      })),
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
    run: ({ runtime, body, by }) => {
      const { link, until } = localOf(runtime).invite(body.name, body.role, by)
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
    answer: answers.anything,
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
    answer: answers.anything,
    status: 204,
    problems: ['not_found', 'not_allowed'],
    run: ({ runtime, params }) => localOf(runtime).resetSecondFactor(params.name),
  }),
  operation({
    method: 'GET',
    path: 'tokens',
    role: 'admin',
    summary: 'API tokens, without their secrets',
    tag,
    answer: answers.page(answers.token),
    run: ({ runtime }) => ({ items: runtime.auth.tokens.list().map((token) => tokenView(runtime, token)), next: null }),
  }),
  operation({
    method: 'POST',
    path: 'tokens',
    role: 'admin',
    audit: { what: 'token-made', about: ({ name }: { name: string }) => name, body: ['role'], answer: ['id', 'until'] },
    summary: 'Makes an API token; it is shown once',
    tag,
    body: z.strictObject({
      name: who,
      role,
      until: time.optional().meta({ description: 'When it ends, within 366 days; without, it ends after 90' }),
    }),
    answer: answers.newToken,
    status: 201,
    run: ({ runtime, body, identity }) => {
      const { token, ...made } = runtime.auth.tokens.create(body, identity!)
      return { ...tokenView(runtime, made), token }
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
    run: ({ runtime, params }) => runtime.auth.tokens.revoke(params.id),
  }),
]
