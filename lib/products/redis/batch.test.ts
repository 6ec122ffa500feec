import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask, batch, encoded } from './batch.ts'

const replies: Record<string, string> = {
  TEXT: '$3\r\nabc\r\n',
  NESTED: '*3\r\n:7\r\n*2\r\n$1\r\na\r\n$-1\r\n+fine\r\n',
  NULL: '$-1\r\n',
  ERROR: '-ERR unknown command\r\n',
  NUMBER: ':42\r\n',
}
const received: string[] = []
const sockets = new Set<Socket>()
let server: Server
let redis: Redis

beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      const text = chunk.toString('latin1')
      received.push(text)
      for (const [, name] of text.matchAll(/\*\d+\r\n\$\d+\r\n([A-Z]+)\r\n/g))
        if (name === 'LOSE') socket.destroy()
        else socket.write(replies[name!] ?? '+OK\r\n')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  redis = new Redis({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    lazyConnect: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    disableClientInfo: true,
    retryStrategy: () => null,
    protocol: 2,
  })
  redis.on('error', () => {})
  await redis.connect()
})
afterAll(async () => {
  redis.disconnect()
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
})

it('commands of a batch go out in one write, and each has its own answer, an error in its place', async () => {
  received.length = 0
  const answers = await batch(redis, [['TEXT'], ['ERROR', 'x'], ['NESTED'], ['NULL'], ['NUMBER', 1, 'é'], ['SET', 'a', 'b']], true)
  expect(answers).toEqual(['abc', expect.any(Error), [7, ['a', null], 'fine'], null, 42, 'OK'])
  expect((answers[1] as Error).message).toBe('ERR unknown command')
  expect((answers[1] as Error).name).toBe('ReplyError')
  expect(received).toHaveLength(1)
})

it('answers in bytes are bytes, however deep; a command alone throws its own error', async () => {
  expect(await ask(redis, ['NESTED'], false)).toEqual([7, [Buffer.from('a'), null], Buffer.from('fine')])
  await expect(ask(redis, ['ERROR'], true)).rejects.toThrow('ERR unknown command')
  expect(await batch(redis, [], true)).toEqual([])
})

it('batches and commands of the library share one queue', async () => {
  const mixed = [batch(redis, [['TEXT'], ['NUMBER']], true), redis.call('NULL'), batch(redis, [['ERROR']], true), redis.call('TEXT')]
  expect(await Promise.all(mixed)).toEqual([['abc', 42], null, [expect.any(Error)], 'abc'])
})

it('what is written is RESP, for any bytes', () => {
  expect(
    encoded([
      ['GET', 'é'],
      ['SET', 5, ''],
    ]),
  ).toBe('*2\r\n$3\r\nGET\r\n$2\r\né\r\n*3\r\n$3\r\nSET\r\n$1\r\n5\r\n$0\r\n\r\n')
  const odd = Buffer.from([0xff, 0, 13, 10])
  expect(
    encoded([
      ['GET', odd, 'a', Buffer.alloc(0)],
      ['TTL', odd],
    ]),
  ).toEqual(
    Buffer.concat([Buffer.from('*4\r\n$3\r\nGET\r\n$4\r\n'), odd, Buffer.from('\r\n$1\r\na\r\n$0\r\n\r\n*2\r\n$3\r\nTTL\r\n$4\r\n'), odd, Buffer.from('\r\n')]), // biome-ignore format: one line
  )
})

it('a connection that is lost ends each command of a batch, and nothing is written to one that is not open', async () => {
  const answers = await batch(redis, [['TEXT'], ['LOSE'], ['TEXT']], true)
  expect(answers[0]).toBe('abc')
  expect(answers.slice(1).map(String)).toEqual(Array(2).fill('Error: Connection is closed.'))
  received.length = 0
  expect((await batch(redis, [['TEXT'], ['TEXT']], true)).map(String)).toEqual(Array(2).fill('Error: Connection is closed.'))
  expect(received).toEqual([])
})
