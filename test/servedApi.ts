import { createServer } from 'node:http'
import { exposition } from '../lib/server/health/exposition.ts'
import { notReady } from '../lib/server/health/readiness.ts'
import { serve } from '../lib/server/http/serve.ts'
import { openRuntime, readConfig } from '../lib/server/open.ts'
import { setRuntime } from '../lib/server/runtime.ts'

/**
 * A whole Evenkeel without pages, in a process that a test may kill: the file that EVENKEEL_CONFIG names, served below /api/v1 on the port of
 * its argument, with /readyz and /metrics beside it.
 */
const evenkeel = await openRuntime(readConfig(process.env.EVENKEEL_CONFIG, process.env), process.env, () => {})
setRuntime(evenkeel)
createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  evenkeel.auth.meet(request)
  const { method, url, headers } = request
  if (url === '/readyz') {
    const because = notReady(evenkeel)
    return response.writeHead(because ? 503 : 200).end(because ?? 'ok')
  }
  if (url === '/metrics') return response.end((await exposition(evenkeel)).text)
  const answer = await serve(
    new Request(`http://${headers.host}${url}`, {
      method: method!,
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    }),
  )
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()))
}).listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'))
process.on('SIGTERM', () => void evenkeel.close().then(() => process.exit(0)))
