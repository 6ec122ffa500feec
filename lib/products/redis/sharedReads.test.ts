import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tls from 'node:tls'
import { Decoder } from 'ioredis/built/resp/decoder.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthority } from '../../../test/certificates.ts'
import { randomOf } from '../../../test/random.ts'
import { createRedisClient, type RedisClient } from './client.ts'
import { redisConfig } from './config.ts'
import { ReplyGuard } from './replyGuard.ts'

const signal = () => AbortSignal.timeout(5_000)
const REPLY = '*3\r\n$5\r\nhello\r\n*2\r\n:12\r\n$-1\r\n+fine\r\n'
const READ = ['hello', ['12', null], 'fine']
const asText = (reply: unknown): unknown =>
  Array.isArray(reply) ? reply.map(asText) : reply === null ? null : reply instanceof Error ? `error ${reply.message}` : String(reply)

describe.each(['TCP', 'TLS'])('sockets that read into one buffer, over %s', (over) => {
  const home = mkdtempSync(join(tmpdir(), 'evenkeel-reads-'))
  const sockets = new Set<Socket>()
  let server: Server
  let [one, other] = [] as unknown as [RedisClient, RedisClient]
  /** The connection that asked last, which the test answers; others are answered at once. */
  let asked: (socket: Socket) => void = () => {}

  beforeAll(async () => {
    const serve = (socket: Socket) => {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        const words = [...chunk.toString('latin1').matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)]
        for (const [, word] of words) {
          if (word === 'HELD') asked(socket)
          else socket.write(word === 'LONG' ? `$200000\r\n${'long '.repeat(40_000)}\r\n` : '$26\r\nabcdefghijklmnopqrstuvwxyz\r\n')
        }
      })
    }
    const authority = over === 'TLS' ? createAuthority(home, 'ours') : null
    const { cert, key } = authority?.sign({ name: 'server', for: 'DNS:localhost' }) ?? {}
    server = authority ? tls.createServer({ cert, key }, serve) : createServer(serve)
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
    const { port } = server.address() as AddressInfo
    const open = (name: string) =>
      createRedisClient(
        redisConfig.parse({ kind: 'redis', name, url: `${authority ? 'rediss' : 'redis'}://localhost:${port}`, ca: authority?.ca }),
      )
    ;[one, other] = [open('one'), open('other')]
    await Promise.all([one.call(['PING'], signal()), other.call(['PING'], signal())])
  })
  afterAll(async () => {
    await Promise.all([one.close(), other.close()])
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
    rmSync(home, { recursive: true, force: true })
  })

  /** The reply comes in two parts, between which another connection reads. */
  async function inTwo(call: 'call' | 'callBytes', at: number): Promise<unknown> {
    const socket = new Promise<Socket>((resolve) => {
      asked = resolve
    })
    const answer = one[call](['HELD'], signal())
    ;(await socket).write(REPLY.slice(0, at))
    expect(await other.call(['PING'], signal())).toBe('abcdefghijklmnopqrstuvwxyz')
    ;(await socket).write(REPLY.slice(at))
    return answer
  }

  it.each(['call', 'callBytes'] as const)(
    '%s: a reply that is cut at any byte is the reply, whatever other connections read',
    async (call) => {
      for (let at = 1; at < REPLY.length; at++) expect(asText(await inTwo(call, at)), `cut at ${at}`).toEqual(READ)
    },
  )

  it('a reply in bytes stays what it is', async () => {
    const bytes = (await one.callBytes(['PING'], signal())) as Buffer
    await inTwo('call', 5)
    await Promise.all([one.call(['LONG'], signal()), other.call(['LONG'], signal())])
    expect(bytes.toString()).toBe('abcdefghijklmnopqrstuvwxyz')
  })

  it('replies of many reads, of both at once, are whole', async () => {
    const all = await Promise.all([one, other, one, other].map((client) => client.call(['LONG'], signal())))
    expect(all.every((text) => text === 'long '.repeat(40_000))).toBe(true)
  })

  it('half a reply of a lost connection is not taken for the beginning of the next', async () => {
    asked = (socket) => {
      socket.write(REPLY.slice(0, 9))
      setImmediate(() => socket.destroy())
    }
    await expect(one.call(['HELD'], signal())).rejects.toThrow()
    expect(await other.call(['PING'], signal())).toBe('abcdefghijklmnopqrstuvwxyz')
    expect(await one.call(['PING'], signal())).toBe('abcdefghijklmnopqrstuvwxyz')
    expect(asText(await inTwo('call', 9))).toEqual(READ)
  })
})

/** What the library's decoder reads of what the guard lets pass, in the memory that `handed` gives it; `after` each chunk. */
function guarded(chunks: readonly Buffer[], handed: (chunk: Buffer, isWhole: boolean) => Buffer, after = () => {}): unknown[] {
  const replies: unknown[] = []
  const add = (reply: unknown) => void replies.push(asText(reply))
  const decoder = new Decoder({ getTypeMapping: () => ({ 36: Buffer, 43: Buffer }), onReply: add, onErrorReply: add, onPush: add })
  const guard = new ReplyGuard('a')
  for (const chunk of chunks) {
    let isRefused = false
    try {
      guard.take(chunk)
    } catch {
      isRefused = true
    }
    decoder.write(handed(chunk.subarray(0, guard.passed), guard.whole && !isRefused))
    after()
    if (isRefused) return [...replies, 'refused']
  }
  return [...replies, guard.whole ? 'whole' : 'more to come']
}

it('what a hostile server sends is read as from memory of its own, however it is cut', () => {
  const random = randomOf(7)
  const below = (n: number) => Math.floor(random() * n)
  const pick = <T>(list: readonly T[]) => list[below(list.length)]!
  const honest = ['+OK\r\n', '-ERR no\r\n', ':12\r\n', ':-3\r\n', '$3\r\nabc\r\n', '$0\r\n\r\n', '$-1\r\n', '*-1\r\n', '*0\r\n', '*2\r\n+a\r\n$2\r\n\r\n\r\n', '*1\r\n*1\r\n:1\r\n'] // biome-ignore format: one line
  const odd = ['\r', '\n', '\r\n', '$', '*', '-', '+', '%1\r\n', '~2\r\n', '>1\r\n', '=7\r\ntxt:abc\r\n', '!3\r\nabc\r\n', '_\r\n', ',1.5\r\n', '$-5\r\n', '$1e1\r\n', '$ 3\r\n', '$\r\n', '*+2\r\n', '+a\rX$9\rYhel\n', '\0', 'x'] // biome-ignore format: one line
  let shared = 0
  for (let round = 0; round < 3_000; round++) {
    const parts = Array.from({ length: 1 + below(8) }, () => (random() < 0.75 ? pick(honest) : pick(odd)))
    const bytes = Buffer.from(parts.join(''), 'latin1')
    if (random() < 0.3) bytes[below(bytes.length)] = below(128)
    const chunks: Buffer[] = []
    for (let at = 0; at < bytes.length; ) {
      const next = at + 1 + below(random() < 0.5 ? 4 : 40)
      chunks.push(bytes.subarray(at, next))
      at = next
    }
    const memory = Buffer.alloc(64)
    const own = guarded(chunks, (chunk) => Buffer.from(chunk))
    const read = guarded(
      chunks,
      (chunk, isWhole) => {
        const view = memory.subarray(0, chunk.copy(memory))
        if (isWhole) shared++
        return isWhole ? view : Buffer.from(view)
      },
      () => memory.fill('?'),
    )
    expect(read, JSON.stringify(chunks.map((chunk) => chunk.toString('latin1')))).toEqual(own)
  }
  // The honest ones among them.
  expect(shared).toBeGreaterThan(1_000)
})
