import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { createRedisClient } from './client.ts'
import { redisConfig } from './config.ts'
import { speakerOf, strangerWords } from './errors.ts'

const NOISE = Buffer.from([0x8f, 0x02, 0xff, 0x41, 0x0d, 0x0a, 0x22, 0x5c])
const NOISE_WORDS = 'is not Redis: it began with "\\x8f\\x02\\xffA\\x0d\\x0a\\x22\\x5c"'
const NO_RESP = "what answers at AT does not speak Redis's protocol"
const TLS_WORDS = 'it closed the connection; perhaps it speaks TLS alone: rediss://'

/** What three calls are told of a server that does this with each connection. */
async function told(serve: (socket: Socket) => void): Promise<string[]> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = createRedisClient(redisConfig.parse({ kind: 'redis', name: 'a', url: `redis://${address}` }))
  const told: string[] = []
  try {
    for (let i = 0; i < 3; i++)
      told.push(
        await client.call(['INFO'], AbortSignal.timeout(5_000)).then(String, ({ message }: Error) => message.replaceAll(address, 'AT')),
      )
    return told
  } finally {
    await client.close()
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
}

test.each<[string, (socket: Socket) => void, string]>([
  ['noise as soon as it is connected to', (socket) => socket.write(NOISE), `what answers at AT ${NOISE_WORDS}`],
  ['noise as an answer, and closes', (socket) => socket.on('data', () => socket.end(NOISE)), `what answers at AT ${NOISE_WORDS}`],
  [
    'HTTP',
    (socket) => socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')),
    'what answers at AT is not Redis: it began with "HTTP/1.1 400 Bad"',
  ],
  ['SSH', (socket) => socket.write('SSH-2.0-x\r\n'), 'what answers at AT is not Redis: it began with "SSH-2.0-x\\x0d\\x0a"'],
  ['an alert of TLS', (socket) => socket.on('data', () => socket.end(Buffer.from([0x15, 3, 1, 0, 2, 2, 40]))), TLS_WORDS],
  ['nothing, and closes', (socket) => socket.on('data', () => socket.end()), TLS_WORDS],
  // The library takes it for a length of -11, and would read the same bytes for ever.
  ['a length that is none', (socket) => socket.on('data', () => socket.write('$%\r\nabc\r\n')), NO_RESP],
  ['that within a reply', (socket) => socket.on('data', () => socket.write('*2\r\n+a\r\n$-5\r\nabc\r\n')), NO_RESP],
  ['a reply of RESP3', (socket) => socket.on('data', () => socket.write('%1\r\n+a\r\n:1\r\n')), NO_RESP],
  ['half a reply, and closes', (socket) => socket.on('data', () => socket.end('+O')), 'it closed the connection'],
])('a server that says %s is told as what it is', async (_, serve, words) => {
  expect(await told(serve)).toEqual([words, words, words])
})

test('the first byte tells Redis from a stranger, and no more is shown than its first bytes', () => {
  expect(['+OK', '-ERR', ':1', '$3', '*0', '_', '%1', '>2'].map((text) => speakerOf(Buffer.from(text)))).toEqual(Array(8).fill('redis'))
  expect([null, new Uint8Array(), Buffer.from([0x15, 3, 3])].map(speakerOf)).toEqual(Array(3).fill('silent'))
  expect(['HTTP', '\x15\x04', '\0'].map((text) => speakerOf(Buffer.from(text)))).toEqual(Array(3).fill('stranger'))
  expect(strangerWords('h:1', Buffer.alloc(1_000, 'x'))).toBe(`what answers at h:1 is not Redis: it began with "${'x'.repeat(16)}"`)
})
