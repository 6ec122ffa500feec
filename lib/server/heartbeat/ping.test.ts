import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { ping } from './ping.ts'

const TOKEN = 'sesame'
async function pinged(answer: RequestListener, afterMs = 5_000) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const result = await ping(`http://127.0.0.1:${port}/${TOKEN}?a=b`, AbortSignal.timeout(afterMs))
  server.closeAllConnections()
  server.close()
  return { ...result, asked, port }
}

test('a beat is one GET; what came back is told without the address', async () => {
  expect(await pinged((_, response) => response.end('ok'))).toMatchObject({ ok: true, answer: 'HTTP 200', asked: [`GET /${TOKEN}?a=b`] })
  expect(await pinged((_, response) => response.writeHead(503).end(TOKEN))).toMatchObject({ ok: false, answer: 'HTTP 503' })
  const moved = await pinged((_, response) => response.writeHead(302, { location: '/elsewhere' }).end())
  expect(moved).toMatchObject({ ok: false, answer: 'HTTP 302: redirects are not followed', asked: [expect.anything()] })
  expect(await pinged(() => {}, 50)).toMatchObject({ ok: false, answer: 'no answer in time' })
  expect(await pinged((request) => request.socket.destroy())).toMatchObject({ ok: false, answer: expect.stringMatching(/^no answer/) })
  // The port of the last one is closed by now.
  const { port } = await pinged((_, response) => response.end())
  expect(await ping(`http://127.0.0.1:${port}/${TOKEN}`, AbortSignal.timeout(5_000))).toEqual({
    ok: false,
    answer: 'no answer (ECONNREFUSED)',
  })
})
