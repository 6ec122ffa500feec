import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRedisClient, type RedisClient } from './client.ts'
import { redisConfig } from './config.ts'

const chunks: string[] = []
const sockets = new Set<Socket>()
/** Answers each command with its own first word. */
const server = createServer((socket) => {
  sockets.add(socket)
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    const text = chunk.toString('latin1')
    chunks.push(text)
    for (const [, word] of text.matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) socket.write(`+${word}\r\n`)
  })
})
let client: RedisClient

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  client = createRedisClient(redisConfig.parse({ kind: 'redis', name: 'a', url: `redis://127.0.0.1:${port}` }))
})
afterAll(async () => {
  await client.close()
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
})

const signal = () => AbortSignal.timeout(5_000)

it('what is asked in one turn of the event loop goes out in one write, and each gets its own answer', async () => {
  await client.call(['PING'], signal())
  chunks.length = 0
  const asked = [client.call(['INFO'], signal()), client.call(['SLOWLOG', 'GET', 1], signal()), client.pipeline([['TTL', 'a'], ['TYPE', 'b']], signal())] // biome-ignore format: one line
  expect(await Promise.all(asked)).toEqual(['INFO', 'SLOWLOG', ['TTL', 'TYPE']])
  expect(chunks).toHaveLength(1)
  chunks.length = 0
  expect(await client.call(['PING'], signal())).toBe('PING')
  expect(await client.call(['INFO'], signal())).toBe('INFO')
  expect(chunks).toHaveLength(2)
})

it('a connection that was lost amid it is opened again', async () => {
  const lost = client.call(['INFO'], signal())
  for (const socket of sockets) socket.destroy()
  await expect(lost).rejects.toThrow()
  expect(await client.call(['PING'], signal())).toBe('PING')
})

it('what was given up while the connection opened is not asked any more', async () => {
  await client.close()
  chunks.length = 0
  const given = new AbortController()
  const up = client.call(['GIVEN', 'UP'], given.signal)
  const next = client.call(['PING'], signal())
  given.abort()
  await expect(up).rejects.toThrow('in time')
  await expect(next.catch(() => client.call(['PING'], signal()))).resolves.toBe('PING')
  expect(chunks.join('')).not.toContain('GIVEN')
})
