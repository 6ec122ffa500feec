import { createServer as createHttp } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { ANSWER_MAX_BYTES } from '../lib/model/limits.ts'
import { exchange } from '../lib/products/exchange.ts'
import { getText } from '../lib/products/http.ts'
import { createRedisClient, type RedisClient } from '../lib/products/redis/client.ts'

/** Hostile answers of a watched server cost Evenkeel next to nothing. */
const servers: Server[] = []
const clients: RedisClient[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close()
  for (const server of servers.splice(0)) server.close()
})

async function listening(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Sends MiB after MiB for as long as somebody reads; reports how many bytes were read. */
function flood(socket: Socket, piece: Buffer) {
  const on = () => {
    while (!socket.destroyed && socket.write(piece));
  }
  socket.on('drain', on)
  on()
}

/** A RESP server that answers commands by name; PING keeps working. */
async function fakeRedis(answers: Record<string, (socket: Socket) => void>): Promise<{ client: RedisClient; sent(): number }> {
  const sockets: Socket[] = []
  const port = await listening(
    createServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        for (const name of chunk.toString('latin1').match(/\b(PING|INFO|SLOWLOG|AUTH|CLIENT)\b/gi) ?? []) {
          const own = answers[name.toUpperCase()]
          if (own) own(socket)
          else socket.write(name.toUpperCase() === 'PING' ? '+PONG\r\n' : '+OK\r\n')
        }
      })
    }),
  )
  const client = createRedisClient({ url: `redis://127.0.0.1:${port}` })
  clients.push(client)
  return { client, sent: () => sockets.reduce((sum, socket) => sum + socket.bytesWritten, 0) }
}

const soon = () => AbortSignal.timeout(5_000)
const PIECE = Buffer.alloc(1024 * 1024, 'x')
const held = () => process.memoryUsage().rss / 1024 / 1024

describe('a Redis that sends too much', () => {
  it('is cut off at the header of a reply of 1 GB; other requests continue', async () => {
    const before = held()
    const { client, sent } = await fakeRedis({
      INFO(socket) {
        socket.write('$1000000000\r\n')
        flood(socket, PIECE)
      },
    })
    const ping = client.call(['PING'], soon())
    const info = client.call(['INFO'], soon())
    const after = client.call(['PING'], soon())
    expect(await ping).toBe('PONG')
    await expect(info).rejects.toMatchObject({ code: 'too_large', message: expect.stringContaining('954 MiB; at most 8 MiB are read') })
    await expect(after).rejects.toMatchObject({ code: 'unreachable', message: 'it closed the connection' })
    // The next call opens a connection of its own.
    expect(await client.call(['PING'], soon())).toBe('PONG')
    expect(sent()).toBeLessThan(4 * ANSWER_MAX_BYTES)
    expect(held() - before).toBeLessThan(100)
  })

  it.each([
    ['a list of a billion', '*1000000000\r\n'],
    ['lists in lists', '*1\r\n'.repeat(10_000)],
    ['a list without end', '*200000\r\n'],
  ])('is cut off: %s', async (_what, text) => {
    const { client } = await fakeRedis({
      SLOWLOG(socket) {
        socket.write(text)
        flood(socket, Buffer.from(`$5000\r\n${'x'.repeat(5_000)}\r\n`.repeat(200)))
      },
    })
    await expect(client.call(['SLOWLOG', 'GET'], soon())).rejects.toMatchObject({ code: 'too_large' })
    expect(await client.call(['PING'], soon())).toBe('PONG')
  })

  it('is distinguished from one that hangs within its answer', async () => {
    const { client } = await fakeRedis({ INFO: (socket) => void socket.write('$100\r\nhalf') })
    await expect(client.call(['INFO'], AbortSignal.timeout(200))).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('in time'),
    })
    expect(await client.call(['PING'], soon())).toBe('PONG')
  })

  it('is reported when it is the answer to AUTH', async () => {
    const port = await listening(
      createServer((socket) => {
        socket.on('error', () => {})
        socket.write('$1000000000\r\n')
      }),
    )
    const client = createRedisClient({ url: `redis://:secret@127.0.0.1:${port}` })
    clients.push(client)
    await expect(client.call(['PING'], soon())).rejects.toMatchObject({ message: expect.stringContaining('954 MiB') })
  })
})

describe('a plain-text server that sends too much', () => {
  it('is cut off at the cap', async () => {
    const port = await listening(
      createServer((socket) => {
        socket.on('error', () => {})
        flood(socket, PIECE)
      }),
    )
    await expect(exchange({ host: '127.0.0.1', port }, 'show stat\n', soon())).rejects.toMatchObject({
      code: 'too_large',
      message: `127.0.0.1:${port} sent more than 8 MiB; at most 8 MiB are read`,
    })
  })

  it('is given up at the deadline when it sends byte by byte', async () => {
    const port = await listening(
      createServer((socket) => {
        const timer = setInterval(() => socket.write('x'), 20)
        socket.on('error', () => {})
        socket.on('close', () => clearInterval(timer))
      }),
    )
    await expect(exchange({ host: '127.0.0.1', port }, '', AbortSignal.timeout(300))).rejects.toMatchObject({ code: 'unreachable' })
  })
})

describe('a page that is too large', () => {
  const page = async (answer: Parameters<typeof createHttp>[1]) => {
    const port = await listening(createHttp(answer as never))
    return `http://127.0.0.1:${port}/stats`
  }

  it('is refused by its length, before its bytes come', async () => {
    const url = await page((_request, reply) => {
      reply.writeHead(200, { 'content-length': '1000000000' })
      reply.write('x')
    })
    await expect(getText(url, soon())).rejects.toMatchObject({ code: 'too_large', message: expect.stringContaining('954 MiB') })
  })

  it('is cut off when it is compressed (64 MiB in 64 kB), and when it never ends', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
    const url = await page((_request, reply) => {
      reply.writeHead(200, { 'content-encoding': 'gzip' })
      reply.end(bomb)
    })
    await expect(getText(url, soon())).rejects.toMatchObject({ code: 'too_large', message: expect.stringContaining('more than 8 MiB') })
    const endless = await page((_request, reply) => {
      reply.on('error', () => {})
      const on = () => {
        while (!reply.destroyed && reply.write(PIECE));
      }
      reply.on('drain', on)
      on()
    })
    await expect(getText(endless, soon())).rejects.toMatchObject({ code: 'too_large' })
  })

  it('is given up at the deadline when it sends byte by byte', async () => {
    const url = await page((_request, reply) => {
      const timer = setInterval(() => reply.write('x'), 20)
      reply.on('close', () => clearInterval(timer))
    })
    await expect(getText(url, AbortSignal.timeout(300))).rejects.toThrow()
  })
})
