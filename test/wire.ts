import { type IncomingHttpHeaders, request } from 'node:http'

export type Answer = { status: number; headers: IncomingHttpHeaders; text: string }
export type Sent = {
  method?: string
  /** The path as sent: `fetch` would normalise it. */
  path: string
  headers?: Record<string, string | string[]>
  /** The loopback address that the request comes from. */
  from?: string
  body?: string
}

/** How long an endless answer (server-sent events) is read. */
const STREAM_MS = 200

/** One HTTP request to a port of loopback, exactly as given. */
export const send = (port: number, { method = 'GET', path, headers = {}, from, body }: Sent) =>
  new Promise<Answer>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, localAddress: from }, (response) => {
      let text = ''
      const done = () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', done)
      if (response.headers['content-type']?.startsWith('text/event-stream'))
        setTimeout(() => {
          done()
          sent.destroy()
        }, STREAM_MS)
    }).on('error', reject)
    sent.end(body)
  })
