import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { ConfigError } from '../config/error.ts'
import { checkBound, checkServer, toldToListen } from './boundAddress.ts'

const none = { mode: 'none' } as const
const local = { mode: 'local' } as const
let server: Server | undefined
afterEach(() => void server?.close())
const bound = async (host: string): Promise<Server> => {
  server = createServer()
  await new Promise<void>((resolve) => server!.listen(0, host, resolve))
  return server
}
const portOf = (at: Server) => (at.address() as AddressInfo).port

test.each([
  [
    { HOSTNAME: '127.0.0.1', PORT: '80' },
    { host: '127.0.0.1', port: 80 },
  ],
  [{}, { host: '0.0.0.0', port: 3000 }],
  [
    { HOSTNAME: '', PORT: 'x' },
    { host: '0.0.0.0', port: 3000 },
  ],
])('%j tells Next to listen at %j', (env, expected) => expect(toldToListen(env as unknown as NodeJS.ProcessEnv)).toEqual(expected))

test('what is bound in truth is held against listen, whatever the environment says', async () => {
  const everywhere = await bound('0.0.0.0')
  const port = portOf(everywhere)
  expect(() => checkServer({ listen: { host: '0.0.0.0', port }, auth: local }, everywhere)).not.toThrow()
  expect(() => checkServer({ listen: { host: '127.0.0.1', port }, auth: none }, everywhere)).toThrow(ConfigError)
  expect(() => checkServer({ listen: { host: '127.0.0.1', port }, auth: local }, everywhere)).toThrow(
    /listen: found 127\.0\.0\.1:\d+, while the server is bound to 0\.0\.0\.0:\d+ in truth; allowed: listen: 0\.0\.0\.0:\d+ with a login/,
  )
})

test('a name for loopback is loopback', async () => {
  const at = await bound('127.0.0.1')
  expect(() => checkServer({ listen: { host: 'localhost', port: portOf(at) }, auth: none }, at)).not.toThrow()
})

test('without a login nothing but loopback will do, even where both agree', () => {
  const listen = { host: '10.0.0.1', port: 80 }
  expect(() => checkBound({ listen, auth: none }, listen, 'by a test')).toThrow(ConfigError)
  expect(() => checkBound({ listen, auth: local }, listen, 'by a test')).not.toThrow()
})
