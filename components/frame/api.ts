import type { ErrorCode } from '@/lib/model/error.ts'
import { createKnownAnswers } from './knownAnswers.ts'
import { pace } from './pace.ts'

/** What the server refused or could not do: RFC 9457's problem. `detail` is a sentence for the user. */
export class Problem extends Error {
  readonly status: number
  readonly code: ErrorCode | 'offline'
  readonly detail: string
  constructor(status: number, code: ErrorCode | 'offline', title: string, detail: string) {
    super(detail || title)
    this.name = 'Problem'
    this.status = status
    this.code = code
    this.detail = detail || title
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>

/** `/api/v1/PATH?…`; segments must be encoded by `path`. Empty values are left out. */
export function apiUrl(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value))
  const text = search.toString()
  return `/api/v1/${path}${text ? `?${text}` : ''}`
}

/** ``path`pools/${target}/${pool}` ``: every part encoded. */
export const path = (parts: TemplateStringsArray, ...names: string[]): string =>
  parts.reduce((text, part, at) => text + part + (at < names.length ? encodeURIComponent(names[at]!) : ''), '')

/** Reads one answer. Throws `Problem`, always with a sentence. */
export async function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return send<T>('GET', apiUrl(path, query), undefined, signal)
}
export async function post<T>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<T> {
  return send<T>('POST', apiUrl(path), body, signal)
}
export async function remove(path: string): Promise<void> {
  await send<unknown>('DELETE', apiUrl(path))
}

/** Nobody has touched the page for so long: what it asks for by itself must not keep the session alive. */
const UNATTENDED_MS = 5 * 60_000
let attendedAt = Date.now()
if (typeof window !== 'undefined')
  for (const event of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'])
    window.addEventListener(event, () => (attendedAt = Date.now()), { passive: true, capture: true })

const known = createKnownAnswers()

async function send<T>(method: string, url: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let answer: Response
  const etag = method === 'GET' ? known.etag(url) : undefined
  const began = performance.now()
  try {
    answer = await fetch(url, {
      method,
      signal,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(etag === undefined ? {} : { 'if-none-match': etag }),
        ...(Date.now() - attendedAt > UNATTENDED_MS ? { 'x-evenkeel-unattended': '1' } : {}),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  } catch (error) {
    if (signal?.aborted) {
      pace.gaveUp(performance.now() - began)
      throw error
    }
    throw new Problem(
      0,
      'offline',
      'Evenkeel does not answer',
      'Evenkeel itself does not answer. It may be restarting; the page tries again by itself.',
    )
  }
  const text = await answer.text()
  if (method === 'GET') pace.answered(performance.now() - began)
  if (answer.status === 304 && etag !== undefined) return known.value(url) as T
  if (answer.ok) {
    const value = parse(text)
    if (method === 'GET') known.keep(url, answer.headers.get('etag'), value)
    return value as T
  }
  throw problemOf(answer.status, text)
}

/** The problem that an answer's body tells. */
export function problemOf(status: number, text: string): Problem {
  const problem = (parse(text) ?? {}) as { code?: ErrorCode; title?: string; detail?: string }
  return new Problem(status, problem.code ?? 'internal', problem.title ?? `Answer ${status}`, problem.detail ?? '')
}

function parse(text: string): unknown {
  try {
    return text ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}

/** Any error in words. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error))
