import { type IncomingMessage, request as plainRequest } from 'node:http'
import { type RequestOptions, request as securedRequest } from 'node:https'
import { EvenkeelError, malformed } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import { ANSWER_MAX_BYTES, tooLarge } from '../../model/limits.ts'
import { type Access, openAccess } from './access.ts'
import type { KubernetesConfig } from './config.ts'
import { refusedBy } from './refused.ts'

type Query = Record<string, string>
type Sent = { query?: Query; body?: string; contentType?: string }

/** A client of one API server: JSON requests and watches, signed in. Connects lazily. */
export interface Client {
  /** Throws `Refused` for a status that is not 2xx, `unreachable` where nothing answers. */
  get(path: string, query: Query, signal: AbortSignal): Promise<unknown>
  /** A JSON Patch (RFC 6902), owned by Evenkeel in `managedFields`. */
  patch(path: string, operations: readonly object[], signal: AbortSignal): Promise<unknown>
  post(path: string, body: object, signal: AbortSignal): Promise<unknown>
  /** Events of a watch, one JSON value a line, until the server ends it. `opened`: it has taken the watch. */
  watch(path: string, query: Query, signal: AbortSignal, opened: () => void): AsyncGenerator<unknown>
  close(): void
}

/** Certificates and kubeconfigs are renewed on disk. */
const RENEW_MS = 600_000
const FIELD_MANAGER = 'evenkeel'
const KEEP_ALIVE_MS = 30_000

export function createClient(config: KubernetesConfig): Client {
  let access: { at: number; opened: Promise<Access> } | null = null

  function opened(): Promise<Access> {
    const now = performance.now()
    if (!access || now - access.at > RENEW_MS) access = { at: now, opened: openAccess(config) }
    const { opened } = access
    opened.catch(forget)
    return opened
  }

  const forget = () => {
    access = null
  }

  async function send(
    method: string,
    path: string,
    { query = {}, body, contentType }: Sent,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const { server, options } = await unlessAborted(opened(), signal)
    const signed = await unlessAborted(options(), signal)
    const url = new URL(server)
    url.pathname = `${server.pathname.replace(/\/$/, '')}${path}`
    url.search = new URLSearchParams(query).toString()
    const headers = {
      ...signed.headers,
      accept: 'application/json',
      'user-agent': FIELD_MANAGER,
      ...(body === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }),
    }
    const answer = await responseTo(url, { ...signed, method, headers, signal }, body)
    if (answer.statusCode! >= 200 && answer.statusCode! < 300) return answer
    if (answer.statusCode === 401) forget()
    throw refusedBy(answer.statusCode!, answer.headers['retry-after'], await textOf(answer))
  }

  const json = async (method: string, path: string, sent: Sent, signal: AbortSignal): Promise<unknown> => {
    const text = await textOf(await send(method, path, sent, signal))
    try {
      return parseJson(text)
    } catch {
      throw malformed('the API server answered no JSON', text)
    }
  }

  return {
    get: (path, query, signal) => json('GET', path, { query }, signal),
    patch: (path, operations, signal) =>
      json(
        'PATCH',
        path,
        {
          query: { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict' },
          body: JSON.stringify(operations),
          contentType: 'application/json-patch+json',
        },
        signal,
      ),
    post: (path, body, signal) => json('POST', path, { body: JSON.stringify(body), contentType: 'application/json' }, signal),
    async *watch(path, query, signal, began) {
      const answer = await send('GET', path, { query: { ...query, watch: 'true' } }, signal)
      began()
      try {
        yield* valuesOf(answer)
      } finally {
        answer.destroy()
      }
    },
    close: forget,
  }
}

function responseTo(url: URL, options: RequestOptions, body: string | undefined): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = url.protocol === 'https:' ? securedRequest : plainRequest
  const asked = request(url, options, resolve)
  asked.on('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS))
  asked.on('error', (error) => reject(options.signal?.aborted ? error : unreachable(error)))
  asked.end(body)
  return promise
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.byteLength
      if (size > ANSWER_MAX_BYTES) throw tooLarge('the API server')
      chunks.push(chunk)
    }
  } catch (error) {
    throw unreachable(error)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function* valuesOf(answer: IncomingMessage): AsyncGenerator<unknown> {
  let rest = ''
  try {
    for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop()!
      if (rest.length > ANSWER_MAX_BYTES) throw tooLarge('a watch')
      for (const line of lines) if (line !== '') yield lineValue(line)
    }
  } catch (error) {
    throw unreachable(error)
  }
}

function lineValue(line: string): unknown {
  try {
    return parseJson(line)
  } catch {
    throw malformed('a line of a watch is no JSON', line)
  }
}

/** TLS errors have codes of their own; the words say which lines of a kubeconfig they are about. */
function unreachable(error: unknown): Error {
  if (error instanceof EvenkeelError) return error
  const { code = '', name } = error as { code?: string; name?: string }
  if (name === 'AbortError') return error as Error
  if (/CERT|SIGNATURE|ISSUER|ALTNAME/.test(code))
    return new EvenkeelError(
      'unreachable',
      `the TLS certificate of the API server is not accepted (${code}): see certificate-authority-data and tls-server-name of the kubeconfig`,
    )
  if (/EPROTO|ERR_SSL/.test(code)) return new EvenkeelError('unreachable', `the API server speaks no TLS there, or refuses ours (${code})`)
  return new EvenkeelError('unreachable', `the API server cannot be reached (${code || 'the connection was cut'})`, { cause: error })
}

/** A credential plugin takes no signal. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
