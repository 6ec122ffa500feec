import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'
import { signedIn } from '../../auth/identity.ts'
import type { Local } from '../../auth/local.ts'
import { PASSWORD_MAX, PASSWORD_MIN } from '../../auth/passwordChoice.ts'
import type { Own } from '../../auth/reauthentication.ts'
import { accountAnswer, challengeAnswer, enrolmentAnswer, recoveryAnswer } from '../../model/answers/account.ts'
import { anything } from '../../model/answers/shape.ts'
import { EvenkeelError } from '../../model/error.ts'
import { id, words } from '../http/inputs.ts'
import { type Call, operation } from '../http/operation.ts'
import { withCookies } from '../http/withCookies.ts'
import { getAccount } from './account.ts'

const tag = 'Own account'
const present = z.string().max(PASSWORD_MAX).optional().meta({ description: 'The present password, where there is one' })
const onlyPresent = z.strictObject({ present })
const pending = z.string().max(4_000)

/** Whoever asks, at their own account. Throws `not_allowed` for tokens, and where passwords are none of ours. */
function own(
  { runtime, identity, from, request }: Pick<Call<unknown, unknown, unknown>, 'runtime' | 'identity' | 'from' | 'request'>,
  given?: string,
) {
  const { id: person, session } = signedIn(identity)
  const { local } = runtime.auth
  if (!local) throw new EvenkeelError('not_allowed', `Evenkeel keeps no passwords in this configuration: auth is "${runtime.auth.mode}".`)
  return { local, own: { id: person, session, present: given, origin: { headers: request.headers, from } } } satisfies {
    local: Local
    own: Own
  }
}

export const accountOperations = [
  operation({
    method: 'GET',
    path: 'session/account',
    role: 'viewer',
    ownAccount: true,
    summary: "One's own account: second factor, sessions, tokens",
    tag,
    answer: accountAnswer,
    run: ({ runtime, identity }) => getAccount(runtime, identity!),
  }),
  operation({
    method: 'POST',
    path: 'session/password',
    role: 'viewer',
    touches: 'nothing',
    ownAccount: true,
    audit: { what: 'password-set' },
    summary: "Sets one's own password, ends all sessions and begins a new one",
    tag,
    body: z.strictObject({
      password: z
        .string()
        .min(PASSWORD_MIN, { error: `expected at least ${PASSWORD_MIN} characters` })
        .max(PASSWORD_MAX),
      present,
    }),
    answer: anything,
    status: 204,
    problems: ['not_allowed', 'invalid', 'too_many'],
    run: async (call) => {
      const { local, own: mine } = own(call, call.body.present)
      return withCookies(null, await local.changePassword(mine, call.body.password))
    },
  }),
  operation({
    method: 'POST',
    path: 'session/codes',
    role: 'viewer',
    touches: 'nothing',
    ownAccount: true,
    // Nothing is set up yet, but a password that was guessed wrong here must show.
    audit: { what: 'second-factor' },
    summary: 'Begins to set up one-time codes: what an authenticator app is given',
    tag,
    body: onlyPresent,
    answer: enrolmentAnswer,
    problems: ['not_allowed', 'invalid', 'too_many'],
    run: (call) => {
      const { local, own: mine } = own(call, call.body.present)
      return local.enrolCodes(mine)
    },
  }),
  operation({
    method: 'POST',
    path: 'session/codes/confirm',
    role: 'viewer',
    touches: 'nothing',
    ownAccount: true,
    audit: { what: 'second-factor' },
    summary: 'Sets up one-time codes by the first of them',
    tag,
    body: z.strictObject({ pending, code: z.string().max(20) }),
    answer: recoveryAnswer,
    problems: ['not_allowed', 'invalid'],
    run: async (call) => {
      const { local, own: mine } = own(call)
      return { recovery: await local.confirmCodes(mine, call.body.pending, call.body.code.replace(/\s/g, '')) }
    },
  }),
  operation({
    method: 'POST',
    path: 'session/codes/remove',
    role: 'viewer',
    touches: 'nothing',
    ownAccount: true,
    audit: { what: 'second-factor' },
    summary: 'Takes one-time codes away',
    tag,
    body: onlyPresent,
    answer: anything,
    status: 204,
    problems: ['not_allowed', 'invalid', 'too_many'],
    run: async (call) => {
      const { local, own: mine } = own(call, call.body.present)
      await local.removeCodes(mine)
    },
  }),
  operation({
    method: 'POST',
    path: 'session/recovery',
    role: 'viewer',
    touches: 'nothing',
    ownAccount: true,
    audit: { what: 'second-factor' },
    summary: 'Makes new recovery codes; those from before end',
    tag,
    body: onlyPresent,
    answer: recoveryAnswer,
    problems: ['not_allowed', 'invalid', 'too_many'],
    run: async (call) => {
      const { local, own: mine } = own(call, call.body.present)
      return { recovery: await local.renewRecovery(mine) }
    },
  }),
  operation({
    method: 'POST',
    path: 'session/passkeys',
    role: 'viewer',
    touches: 'nothing',
    ownAccount: true,
    audit: { what: 'second-factor' },
    summary: 'Begins to add a passkey: what the browser is asked for',
    tag,
    body: onlyPresent,
    answer: challengeAnswer,
    problems: ['not_allowed', 'invalid', 'too_many'],
    run: (call) => {
      const { local, own: mine } = own(call, call.body.present)
      return local.addPasskey(mine)
    },
  }),
  operation({
    method: 'POST',
    path: 'session/passkeys/confirm',
    role: 'viewer',
    touches: 'nothing',
    ownAccount: true,
    audit: { what: 'second-factor', body: ['name'] },
    summary: 'Adds a passkey by the answer of the browser',
    tag,
    body: z.strictObject({ pending, response: z.looseObject({ id: z.string(), response: z.looseObject({}) }), name: words(60).min(1) }),
    answer: recoveryAnswer,
    problems: ['not_allowed', 'invalid'],
    run: async (call) => {
      const { local, own: mine } = own(call)
      const response = call.body.response as unknown as RegistrationResponseJSON
      return { recovery: await local.confirmPasskey(mine, call.body.pending, response, call.body.name) }
    },
  }),
  operation({
    method: 'POST',
    path: 'session/passkeys/{id}/remove',
    role: 'viewer',
    touches: 'nothing',
    ownAccount: true,
    audit: { what: 'second-factor' },
    summary: 'Takes a passkey away',
    tag,
    params: id,
    body: onlyPresent,
    answer: anything,
    status: 204,
    problems: ['not_allowed', 'not_found', 'invalid', 'too_many'],
    run: async (call) => {
      const { local, own: mine } = own(call, call.body.present)
      await local.removePasskey(mine, call.params.id)
    },
  }),
  operation({
    method: 'DELETE',
    path: 'session/sessions',
    role: 'viewer',
    touches: 'nothing',
    ownAccount: true,
    audit: { what: 'session-ended' },
    summary: "Ends all one's other sessions",
    tag,
    answer: anything,
    status: 204,
    problems: ['not_allowed'],
    run: ({ runtime, identity }) => {
      const mine = signedIn(identity)
      runtime.auth.sessions.endAll(mine.id, mine.session)
    },
  }),
  operation({
    method: 'DELETE',
    path: 'session/sessions/{id}',
    role: 'viewer',
    touches: 'nothing',
    ownAccount: true,
    audit: { what: 'session-ended' },
    summary: "Ends one of one's own sessions",
    tag,
    params: id,
    answer: anything,
    status: 204,
    problems: ['not_allowed', 'not_found'],
    run: ({ runtime, identity, params }) => {
      const mine = signedIn(identity)
      if (runtime.auth.sessions.get(params.id)?.person !== mine.id) throw new EvenkeelError('not_found', 'You have no session of that id.')
      runtime.auth.sessions.end(params.id)
    },
  }),
  operation({
    method: 'DELETE',
    path: 'session/tokens/{id}',
    role: 'viewer',
    touches: 'nothing',
    ownAccount: true,
    audit: { what: 'token-revoked' },
    summary: "Revokes one of one's own API tokens",
    tag,
    params: id,
    answer: anything,
    status: 204,
    problems: ['not_found'],
    run: ({ runtime, identity, params }) => {
      const token = runtime.auth.tokens.list().find(({ id: of }) => of === params.id)
      if (identity?.kind === 'token' || !token || token.owner !== identity?.id)
        throw new EvenkeelError('not_found', 'You have no token of that id.')
      runtime.auth.tokens.revoke(params.id)
    },
  }),
]
