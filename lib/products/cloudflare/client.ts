import { z } from 'zod'
import { withoutTrailingSlashes } from '../../format/url.ts'
import { EvenkeelError, malformed } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import { bytesWithin } from '../../model/limits.ts'
import { printable } from '../answers.ts'
import type { CloudflareConfig } from './config.ts'

/** One request. `permission`: what the token needs for it, as Cloudflare's pages call it. */
export type Call = { path: string; permission: string; method?: 'GET' | 'PATCH' | 'POST'; body?: unknown }

const failures = z.array(z.looseObject({ code: z.number().optional(), message: z.string().default('') }))
const envelope = z.looseObject({
  success: z.boolean(),
  errors: failures.default([]),
  result: z.unknown(),
  result_info: z.looseObject({ total_pages: z.number().optional() }).nullish(),
})

/** The result of a call of the REST API, and how many pages it has. Throws in words; neither the token nor a header stands in them. */
export async function ask(config: CloudflareConfig, call: Call, signal: AbortSignal): Promise<{ result: unknown; pages: number }> {
  const { status, text, retryAfter } = await send(config, call, signal)
  const parsed = envelope.safeParse(jsonOf(text, status))
  if (!parsed.success) throw malformed(`Cloudflare's answer to ${call.path} is none of its API`, text)
  const { success, errors, result, result_info } = parsed.data
  if (!success || status >= 400) throw inWords(status, errors, call, retryAfter)
  return { result, pages: result_info?.total_pages ?? 1 }
}

const graph = z.looseObject({ data: z.unknown(), errors: failures.nullish() })

/** The data of a GraphQL query. Its errors come with status 200. */
export async function query(config: CloudflareConfig, text: string, variables: object, signal: AbortSignal): Promise<unknown> {
  const call: Call = { path: '/graphql', permission: 'Zone, Analytics: Read', method: 'POST', body: { query: text, variables } }
  const answer = await send(config, call, signal)
  const parsed = graph.safeParse(jsonOf(answer.text, answer.status))
  if (!parsed.success) throw malformed("Cloudflare's answer to a GraphQL query is none", answer.text)
  const { data, errors } = parsed.data
  if (answer.status >= 400 || (errors && errors.length > 0)) throw inWords(answer.status, errors ?? [], call, answer.retryAfter)
  return data
}

async function send({ api, token }: CloudflareConfig, { path, method = 'GET', body }: Call, signal: AbortSignal) {
  const headers = { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) }
  const init = { method, headers, signal, redirect: 'manual' as const, ...(body !== undefined && { body: JSON.stringify(body) }) }
  const response = await fetch(`${withoutTrailingSlashes(api)}${path}`, init).catch((error: unknown) => {
    if (signal.aborted) throw error
    const { code } = ((error as Error).cause ?? {}) as { code?: unknown }
    throw new EvenkeelError('unreachable', `${new URL(api).host} cannot be reached${typeof code === 'string' ? ` (${code})` : ''}`)
  })
  const text = Buffer.from(await bytesWithin(response, 'Cloudflare')).toString('utf8')
  return { status: response.status, text, retryAfter: Number(response.headers.get('retry-after')) || null }
}

function jsonOf(text: string, status: number): unknown {
  try {
    return parseJson(text)
  } catch {
    if (status >= 500) throw new EvenkeelError('unreachable', `Cloudflare answered ${status}`)
    throw malformed(`Cloudflare answered ${status} and no JSON`, text)
  }
}

/** Codes of a token that is not known or may not do this; they come with 400, 401, 403 or, from GraphQL, 200. */
const DENIED = new Set([9109, 10000, 10001])

function inWords(status: number, errors: z.output<typeof failures>, { path, permission }: Call, retryAfter: number | null): EvenkeelError {
  const [first] = errors
  const text = printable((first?.message ?? '').slice(0, 200))
  if (status === 429)
    return new EvenkeelError(
      'too_many',
      `Cloudflare limits requests: it is asked again later${retryAfter ? ` (Retry-After ${retryAfter} s)` : ''}`,
    )
  if (status === 401 || first?.code === 1000 || first?.code === 6003)
    return new EvenkeelError('not_allowed', 'Cloudflare does not know the token: it is wrong, was revoked, or has expired')
  if (status === 403 || DENIED.has(first?.code ?? 0) || /not authorized|permission|does not have/i.test(text))
    return new EvenkeelError(
      'not_allowed',
      `The token may not do this: give it the permission "${permission}" for the zone and its account`,
    )
  if (status >= 500) return new EvenkeelError('unreachable', `Cloudflare answered ${status}`)
  if (status === 404) return new EvenkeelError('not_found', `Cloudflare has no ${path.replace(/[0-9a-f]{32}/g, '…')}`)
  return new EvenkeelError('invalid', `Cloudflare refuses (${first?.code ?? status}): ${text}`)
}
