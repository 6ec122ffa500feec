import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getText } from './http.ts'

let server: Server
let host: string
const seen: (string | undefined)[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request.headers.authorization)
    if (request.url?.startsWith('/away')) response.writeHead(302, { location: '/yes' }).end()
    else response.writeHead(request.url?.startsWith('/no') ? 401 : 200).end('yes')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

const failing = async (url: string, headers?: Record<string, string>): Promise<string> => {
  const error = await getText(url, AbortSignal.timeout(5_000), { headers }).then(
    () => expect.unreachable(),
    (found: Error) => found,
  )
  return String(error.message)
}

test('the login goes out and comes back in no error, nor does the query', async () => {
  expect(await getText(`http://me:s%40s%zz@${host}/yes?key=sesame`, AbortSignal.timeout(5_000))).toBe('yes')
  expect(seen.at(-1)).toBe(`Basic ${Buffer.from('me:s%40s%zz').toString('base64')}`)
  expect(await failing(`http://me:sesame@${host}/no?key=sesame`)).toBe(`http://${host}/no answered 401`)
  expect(await failing('http://me:sesame@127.0.0.1:1/no?key=sesame')).toMatch(/^http:\/\/127\.0\.0\.1:1\/no: HTTP clients refuse this port/)
  expect(await failing('http://me:sesame@127.0.0.1:9/no?key=sesame')).not.toContain('sesame')
})

test('a header that cannot be sent is not quoted', async () => {
  for (const value of ['Bearer sesame\nx', 'Bearer sesame\u2028'])
    expect(await failing(`http://${host}/yes`, { authorization: value })).toBe(
      `http://${host}/yes: the request cannot be made or its answer not be read`,
    )
})

test('a redirect is not followed: a server names no other', async () => {
  const before = seen.length
  expect(await failing(`http://me:sesame@${host}/away`)).toBe(`http://${host}/away answered 302`)
  expect(seen).toHaveLength(before + 1)
})
