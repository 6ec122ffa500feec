import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { exposition } from '../lib/server/health/exposition.ts'
import { serve } from '../lib/server/http/serve.ts'
import { runtime } from '../lib/server/runtime.ts'
import { start } from '../lib/server/start.ts'

/**
 * The whole application without its pages, in a process that a test measures: answers /healthz, /metrics and the
 * API at HOSTNAME and PORT, prints `ready`, and ends by SIGTERM as the built server does. `EVENKEEL_CONFIG` names the configuration.
 */
await start()
/** The longest task of the event loop, in ms of this thread's CPU time: how long a call would wait on an idle machine. */
let longest = 0
let before = process.threadCpuUsage()
setInterval(() => {
  const { user, system } = process.threadCpuUsage(before)
  before = process.threadCpuUsage()
  longest = Math.max(longest, (user + system) / 1000)
}, 1)
const server = createServer(async (request, response) => {
  if (request.url === '/healthz') return response.end('ok\n')
  if (request.url === '/turn') return response.end(String(longest))
  if (request.url === '/metrics') return response.end((await exposition(runtime())).text)
  const left = new AbortController()
  response.on('close', () => response.writableFinished || left.abort())
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { method, headers } = request
  const answer = await serve(
    new Request(`http://127.0.0.1${request.url}`, {
      method: method!,
      headers: { ...(headers as Record<string, string>), host: '127.0.0.1' },
      signal: left.signal,
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    }),
  )
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  if (!answer.body) return response.end()
  // As Next does: no faster than it is read.
  await pipeline(Readable.fromWeb(answer.body as ReadableStream), response).catch(() => {})
})
server.listen({ port: Number(process.env.PORT), host: process.env.HOSTNAME, backlog: 4_096 }, () => console.log('ready'))
