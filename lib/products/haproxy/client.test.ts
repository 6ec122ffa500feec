import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { ask, readStat } from './client.ts'
import { haproxyConfig } from './config.ts'

test.each(['show info; shutdown frontend web', 'show info\nshutdown frontend web', 'show info\rx'])(
  'a second command in one is not sent: %j',
  async (command) => {
    // Nothing listens there: it is refused before.
    await expect(ask({ path: '/nonexistent' }, command, AbortSignal.timeout(1_000))).rejects.toMatchObject({ code: 'bad_request' })
  },
)

test.each([
  ['/stats', '/stats;csv'],
  ['', '/;csv'],
  ['/haproxy?stats', '/haproxy?stats;csv'],
  ['/haproxy?stats;up#top', '/haproxy?stats;csv'],
])('the page %j is asked for as %j, whatever stands in the password', async (page, asked) => {
  const server = createServer(({ url, headers }, answer) => answer.end(`${url} ${atob(headers.authorization!.slice(6))}`)).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    const config = haproxyConfig.parse({ kind: 'haproxy', name: 'edge', stats: `http://me:a;b@127.0.0.1:${port}${page}` })
    expect(await readStat(config, AbortSignal.timeout(5_000))).toBe(`${asked} me:a;b`)
  } finally {
    server.close()
  }
})
