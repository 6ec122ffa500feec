import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { freePort } from '../../../test/daemon.ts'
import { startNameServer } from '../../../test/nameServer.ts'
import type { Parsed } from '../../model/product.ts'
import { dnsConfig } from './config.ts'
import { dns } from './product.ts'

type Server = Awaited<ReturnType<typeof startNameServer>>
const [probe] = dns.probes

async function look({ address }: Pick<Server, 'address'>, more: object = {}, ms = 5_000): Promise<Parsed> {
  const config = dnsConfig.parse({ kind: 'dns', name: 'shop', host: 'shop.example', server: address, ...more })
  const link = dns.open(config)
  const raw = await probe!.read(link, null, AbortSignal.timeout(ms))
  return probe!.parse(JSON.parse(JSON.stringify(raw)), { cursor: null, at: 0 })
}

const listening = async (host: string, port: number) => {
  const server = createServer((socket) => socket.end())
  await new Promise<void>((resolve) => server.listen(port, host, resolve))
  return { [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())) }
}

test('a name is a pool of its addresses: which answer, and how long resolvers keep them', async () => {
  await using names = await startNameServer({ 'shop.example': { ttl: 300, a: ['127.0.0.2', '127.0.0.1'], aaaa: ['::1'] } })
  const port = await freePort()
  await using _one = await listening('127.0.0.1', port)
  const { topology, samples, records } = await look(names, { port })
  expect(topology.pools).toMatchObject([
    {
      name: 'shop.example',
      algorithm: 'DNS',
      ttlMs: 300_000,
      servers: [
        { name: '127.0.0.1', address: `127.0.0.1:${port}`, state: 'up' },
        { name: '127.0.0.2', address: `127.0.0.2:${port}`, state: 'down' },
        { name: '::1', address: `[::1]:${port}`, state: 'down' },
      ],
    },
  ])
  expect(samples.filter(({ metric }) => metric === 'pool_up').map(({ labels, value }) => [labels?.server, value])).toEqual([['127.0.0.1', 1], ['127.0.0.2', 0], ['::1', 0]]) // biome-ignore format: one line
  expect(records).toContainEqual({ kind: 'fact', id: 'addresses', at: 0, value: '127.0.0.1, 127.0.0.2, ::1; TTL 300 s' })
})

test('addresses that change are seen at the next look; without a port nobody is asked and nothing is measured', async () => {
  await using names = await startNameServer({ 'shop.example': { ttl: 60, a: ['192.0.2.1'] } })
  const first = await look(names)
  expect(first.topology.pools![0]!.servers.map(({ name }) => name)).toEqual(['192.0.2.1'])
  expect(first.samples).toEqual([{ metric: 'pool_ttl_seconds', value: 60, labels: { pool: 'shop.example' } }])
  expect(first.topology.pools![0]!.servers[0]).toMatchObject({ state: 'up', detectMs: null })
  names.names['shop.example'] = { ttl: 60, a: ['192.0.2.2', '192.0.2.3'] }
  expect((await look(names)).topology.pools![0]!.servers.map(({ name }) => name)).toEqual(['192.0.2.2', '192.0.2.3'])
})

test.each([
  ['silent', /127\.0\.0\.1:\d+ did not answer in time/],
  ['fails', /SERVFAIL/],
  ['noise', /did not answer in time|cannot be read/],
] as const)('a name server that is %s is said in words, within its deadline', async (behaves, message) => {
  await using names = await startNameServer({ 'shop.example': { ttl: 60, a: ['192.0.2.1'] } })
  names.behaves = behaves
  const begun = performance.now()
  await expect(look(names, {}, 300)).rejects.toMatchObject({ code: 'unreachable', message: expect.stringMatching(message) })
  expect(performance.now() - begun).toBeLessThan(1_000)
})

test('an unknown name, a name without an address, and nobody there', async () => {
  await using names = await startNameServer({ 'empty.example': { ttl: 60 } })
  await expect(look(names)).rejects.toMatchObject({ code: 'unreachable', message: expect.stringContaining('knows no name shop.example') })
  await expect(look(names, { host: 'empty.example' })).rejects.toMatchObject({ message: 'empty.example has no address' })
  await expect(look({ address: `127.0.0.1:${await freePort()}` })).rejects.toMatchObject({ code: 'unreachable' })
})
