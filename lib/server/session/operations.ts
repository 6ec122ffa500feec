import { z } from 'zod'
import type { SignInAttempt } from '../../auth/localSignIn.ts'
import { PASSWORD_MAX } from '../../auth/passwordChoice.ts'
import { challengeAnswer } from '../../model/answers/account.ts'
import { sessionAnswer, signInAnswer, signOutAnswer } from '../../model/answers/session.ts'
import { operation } from '../http/operation.ts'
import { withCookies } from '../http/withCookies.ts'
import { localOf } from '../persons/localAccounts.ts'

const tag = 'Authentication'
/** The pages that the browser holds for "back" too. Its storage has nothing of ours but what the pages look like. */
const FORGET = { 'clear-site-data': '"cache"' }
const second = z.string().max(100).optional().meta({ description: 'A one-time code or a recovery code, where a second factor is set up' })

export const sessionOperations = [
  operation({
    method: 'GET',
    path: 'session',
    role: 'public',
    summary: 'Who is signed in',
    tag,
    answer: sessionAnswer,
    run: ({ person }) => ({ person }),
  }),
  operation({
    method: 'POST',
    path: 'session',
    role: 'public',
    touches: 'nothing',
    audit: { elsewhere: 'the sign-in itself is recorded, whichever way somebody comes in' },
    summary: 'Signs in by the code of a link, by name and password, or by a passkey',
    tag,
    body: z.union([
      z.strictObject({ code: z.string().max(200), second }),
      z.strictObject({ name: z.string().max(100), password: z.string().max(PASSWORD_MAX), second }),
      z.strictObject({ pending: z.string().max(4_000), passkey: z.looseObject({ id: z.string(), response: z.looseObject({}) }) }),
    ]),
    answer: signInAnswer,
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
    touches: 'nothing',
    audit: { none: 'only asks what is to be signed' },
    summary: 'What the browser is asked for to sign in by a passkey',
    tag,
    answer: challengeAnswer,
    problems: ['not_allowed'],
    run: ({ runtime }) => localOf(runtime).passkeys.challenge(),
  }),
  operation({
    method: 'POST',
    path: 'session/sign-out',
    role: 'public',
    touches: 'nothing',
    audit: { what: 'sign-out' },
    summary: 'Ends the session',
    tag,
    answer: signOutAnswer,
    run: async ({ runtime, request }) => {
      const { cookie, next } = await runtime.auth.signOut(request.headers)
      return withCookies({ next }, [cookie], FORGET)
    },
  }),
]
