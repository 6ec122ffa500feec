import type { Agent } from 'undici'
import { withoutTrailingSlashes } from '../../../format/url.ts'
import { EvenkeelError, malformed } from '../../../model/error.ts'
import { parseJson } from '../../../model/json.ts'
import { bytesWithin } from '../../../model/limits.ts'
import { printable } from '../../answers.ts'
import { tlsOptions, tlsWords } from '../../tls.ts'
import type { DataplaneConfig } from './config.ts'

/** One request below `/v3/services/haproxy`. */
export type Call = { method?: 'GET' | 'PUT' | 'POST' | 'DELETE'; path: string; query?: Record<string, string>; body?: unknown }
export type Answer = { status: number; text: string }

/** An HTTP client of one Data Plane API, with basic auth and connections of its own. */
export interface Api {
  /** The answer whatever its status. Throws `unreachable` for an error of the network or of TLS, in words. */
  send(call: Call, signal: AbortSignal): Promise<Answer>
  /** The text of an answer of 2xx; any other is thrown in words. */
  text(call: Call, signal: AbortSignal): Promise<string>
  close(): Promise<void>
}

/** The path of the API that all of ours begin with (`basePath` of its specification). */
export const BASE = '/v3/services/haproxy'

export function openApi(config: DataplaneConfig): Api {
  const { hostname, host, protocol } = new URL(config.url)
  let agent: Agent | null = null
  const authorization = `Basic ${Buffer.from(`${config.username}:${config.password}`).toString('base64')}`

  async function send({ method = 'GET', path, query, body }: Call, signal: AbortSignal): Promise<Answer> {
    const search = query ? `?${new URLSearchParams(query)}` : ''
    // Loaded for a fleet that has such an API: half a megabyte of source.
    const { Agent, fetch } = await import('undici')
    agent ??= new Agent(protocol === 'https:' ? { connect: tlsOptions(hostname.replace(/^\[|\]$/g, ''), config) } : {})
    const response = await fetch(`${withoutTrailingSlashes(config.url)}${BASE}${path}${search}`, {
      method,
      signal,
      redirect: 'manual',
      dispatcher: agent,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      if (signal.aborted) throw error
      throw new EvenkeelError('unreachable', `${host}: ${networkWords(error)}`)
    })
    const bytes = await bytesWithin(response as unknown as Response, host)
    return { status: response.status, text: Buffer.from(bytes).toString('utf8') }
  }

  return {
    send,
    async text(call, signal) {
      const answer = await send(call, signal)
      if (answer.status >= 200 && answer.status < 300) return answer.text
      throw refusal(answer, call)
    },
    close: async () => void (await agent?.destroy()),
  }
}

/** The library's words name no header and no body; those of TLS become ours. */
function networkWords(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const { code, message = '' } = cause as { code?: unknown; message?: string }
  if (code === 'ECONNREFUSED') return 'nothing listens there'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its name is not known'
  const [, words] = tlsWords('url', 'http:// in `url`').find(([pattern]) => pattern.test(`${code} ${message}`)) ?? []
  return words ?? (typeof code === 'string' ? `the connection broke (${code})` : 'the request cannot be made or its answer not be read')
}

/** What the API says in its error, cut and escaped: `{"code":409,"message":"…"}`. */
export function messageOf({ text }: Answer): string {
  try {
    const { message } = parseJson(text) as { message?: unknown }
    return typeof message === 'string' ? printable(message.slice(0, 300)).trim() : ''
  } catch {
    return ''
  }
}

const UNKNOWN_PATH = /^path .* was not found$/

/** An answer that is not 2xx, in words. */
export function refusal(answer: Answer, { method = 'GET', path }: Call): EvenkeelError {
  const { status } = answer
  const message = messageOf(answer)
  const words = message === '' ? '' : `: ${message}`
  if (status === 401 || status === 403) return new EvenkeelError('not_allowed', 'the Data Plane API does not take this user and password')
  if (status === 404 && (message === '' || UNKNOWN_PATH.test(message)))
    return new EvenkeelError('not_found', `there is no Data Plane API of version 3 at this address: ${BASE}${path} is not found`)
  if (status === 404) return new EvenkeelError('not_found', `the Data Plane API${words}`)
  if (status === 429) return new EvenkeelError('too_many', `the Data Plane API has too much to do${words}`)
  if (status >= 500) return new EvenkeelError('unreachable', `the Data Plane API answered ${status}${words}`)
  if (status >= 400) return new EvenkeelError('invalid', `the Data Plane API refuses ${method} ${path}${words || ` (${status})`}`)
  return new EvenkeelError('unreachable', `the Data Plane API answered ${status}, which its specification does not have`)
}

/** JSON of an answer. Throws `malformed`. */
export function jsonOf(text: string, what: string): unknown {
  try {
    return parseJson(text)
  } catch {
    throw malformed(`${what} of the Data Plane API is to be JSON`, text)
  }
}

/** A name in a path. */
export const part = (name: string) => encodeURIComponent(name)
