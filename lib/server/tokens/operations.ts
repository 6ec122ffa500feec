import { z } from 'zod'
import { whereLabels } from '../../config/auth.ts'
import { anything, page } from '../../model/answers/shape.ts'
import { newTokenAnswer, tokenAnswer } from '../../model/answers/token.ts'
import { TOKEN_ROLES } from '../../model/roles.ts'
import { id, time, words } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { onePage } from '../http/paging.ts'
import { tokenView } from './tokens.ts'

const tag = 'Authentication'
const who = words(100).min(1)
const role = z.enum(TOKEN_ROLES)

export const tokenOperations = [
  operation({
    method: 'GET',
    path: 'tokens',
    role: 'admin',
    summary: 'API tokens, without their secrets',
    tag,
    answer: page(tokenAnswer),
    run: ({ runtime }) => onePage(runtime.auth.tokens.list().map((token) => tokenView(runtime, token))),
  }),
  operation({
    method: 'POST',
    path: 'tokens',
    role: 'admin',
    touches: 'everything',
    audit: { what: 'token-made', about: ({ name }: { name: string }) => name, body: ['role', 'where'], answer: ['id', 'until'] },
    summary: 'Makes an API token; it is shown once',
    tag,
    body: z.strictObject({
      name: who,
      role,
      where: whereLabels.optional().meta({
        description: 'An operator or admin on the targets with these labels alone, who reads everything. Default: everywhere',
        example: { team: 'shop' },
      }),
      until: time.optional().meta({ description: 'When it ends, within 366 days; without, it ends after 90' }),
    }),
    answer: newTokenAnswer,
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
    touches: 'everything',
    audit: { what: 'token-revoked' },
    summary: 'Revokes an API token',
    tag,
    params: id,
    answer: anything,
    status: 204,
    problems: ['not_found'],
    run: ({ runtime, params }) => runtime.auth.tokens.revoke(params.id),
  }),
]
