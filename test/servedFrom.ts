import type { IncomingMessage } from 'node:http'
import { serve } from '../lib/server/http/serve.ts'
import type { Runtime } from '../lib/server/runtime.ts'

type Sent = { method?: string; headers?: Record<string, string>; body?: unknown; from: string }

/** A call of the API as it comes over a connection from the address `from`: without one nobody knows who has tried too often. */
export function servedFrom(runtime: Runtime, path: string, { method = 'GET', headers = {}, body, from }: Sent): Promise<Response> {
  const sent: Record<string, string> = { host: '127.0.0.1:3000', ...headers }
  const message = {
    socket: { remoteAddress: from },
    headers: sent,
    headersDistinct: Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, [value]])),
  } as unknown as IncomingMessage
  runtime.auth.meet(message)
  return serve(
    new Request(`http://127.0.0.1:3000/api/v1/${path}`, {
      method,
      headers: message.headers as Record<string, string>,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  )
}
