import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { startBadServer } from '../../../test/servers.ts'
import { createMemcachedClient, type MemcachedClient } from './client.ts'
import { memcachedConfig } from './config.ts'

const STATS = 'STAT pid 1\r\nSTAT uptime 2\r\nEND\r\n'
const soon = (ms = 2_000) => AbortSignal.timeout(ms)

/** A client of a server that answers each line by `answer`. */
async function against(answer: (line: string, socket: Socket, connection: number) => void, login: object = {}) {
  let connections = 0
  const server = await startBadServer((socket) => {
    const own = ++connections
    let rest = ''
    socket.on('data', (chunk) => {
      rest += chunk.toString('latin1')
      const lines = rest.split('\r\n')
      rest = lines.pop()!
      for (const line of lines) answer(line, socket, own)
    })
  })
  const client: MemcachedClient = createMemcachedClient(
    memcachedConfig.parse({ kind: 'memcached', name: 'm', address: `127.0.0.1:${server.port}`, ...login }),
  )
  return {
    client,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      await client.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

describe('one kept connection', () => {
  it('serves question after question', async () => {
    await using it = await against((line, socket) => socket.write(line === 'stats' ? STATS : 'OK\r\n'))
    for (let i = 0; i < 5; i++) expect(await it.client.stats('stats', soon())).toBe(STATS)
    expect(await it.client.order('slabs automove 1', soon())).toBe('OK')
    expect(it.connections()).toBe(1)
  })

  it('that the server has closed is opened again, unseen', async () => {
    await using it = await against((_line, socket, connection) => {
      if (connection === 1) socket.end(STATS)
      else socket.write(STATS)
    })
    expect(await it.client.stats('stats', soon())).toBe(STATS)
    // At once: the end of the connection may not have been heard yet.
    expect(await it.client.stats('stats', soon())).toBe(STATS)
    expect(it.connections()).toBe(2)
  })

  it('is left by a question that hangs: others get their answers, and no late answer is taken for another', async () => {
    let late: () => void = () => {}
    await using it = await against((line, socket) => {
      if (line === 'stats') socket.write(STATS)
      else late = () => socket.write('STAT late 1\r\nEND\r\n')
    })
    const hung = it.client.stats('stats slabs', soon(150)).catch((error) => error)
    expect(await it.client.stats('stats', soon())).toBe(STATS)
    expect(await hung).toMatchObject({ code: 'unreachable', message: expect.stringContaining('in time') })
    late()
    for (let i = 0; i < 3; i++) expect(await it.client.stats('stats', soon())).toBe(STATS)
    expect(it.connections()).toBe(2)
  })

  it('on which bytes come that nobody asked for is not used again', async () => {
    const { promise: left, resolve } = Promise.withResolvers<void>()
    let more = () => true
    await using it = await against((_line, socket, connection) => {
      socket.write(STATS)
      if (connection > 1) return
      socket.on('close', () => resolve())
      more = () => socket.write('STAT more 1\r\n')
    })
    await it.client.stats('stats', soon())
    more()
    await left
    expect(await it.client.stats('stats', soon())).toBe(STATS)
  })
})

describe('an answer', () => {
  it('that comes byte by byte is one', async () => {
    await using it = await against((_line, socket) => {
      socket.setNoDelay(true)
      for (const byte of STATS) socket.write(byte)
    })
    expect(await it.client.stats('stats', soon())).toBe(STATS)
  })

  it.each([
    ['half of one, then nothing', 'STAT pid 1\r\nSTAT up', false, 'unreachable'],
    ['half of one, then the end', 'STAT pid 1\r\nSTAT up', true, 'malformed'],
    ['another protocol', 'HTTP/1.1 400 Bad Request\r\n\r\n', false, 'malformed'],
    ['binary noise', `${'\x81\x00\xff\n'.repeat(300)}`, false, 'malformed'],
    ['10 MB without a line end', 'x'.repeat(10_485_760), false, 'too_large'],
    ['10 MB that never end', 'STAT a 1\r\n'.repeat(1_048_576), false, 'too_large'],
    ['unknown here', 'ERROR\r\n', false, 'not_allowed'],
    ['switched off here', 'CLIENT_ERROR lru crawler disabled\r\n', false, 'not_allowed'],
    ['out of memory', 'SERVER_ERROR out of memory writing stats\r\n', false, 'unavailable'],
    ['busy', 'BUSY currently processing crawler request\r\n', false, 'unavailable'],
    ['a login that is missing', 'CLIENT_ERROR unauthenticated\r\n', false, 'unreachable'],
    ['nothing at all', '', true, 'unreachable'],
  ])('%s is an error of its own, and the next question is answered', async (_what, text, ends, code) => {
    await using it = await against((_line, socket, connection) => {
      if (connection > 1 || socket.bytesWritten > 0) socket.write(STATS)
      else if (ends) socket.end(text)
      else socket.write(text)
    })
    await expect(it.client.stats('stats', soon(code === 'unreachable' ? 150 : 5_000))).rejects.toMatchObject({ code })
    if (text !== '') expect(await it.client.stats('stats', soon())).toBe(STATS)
  })
})

describe('a login', () => {
  const login = { username: 'evenkeel', password: 's3cret' }
  it.each([
    ['taken', ['STORED', '', 'VERSION 1.6.18']],
    ['that nobody asked for, of an old server', ['CLIENT_ERROR bad command line format', 'ERROR', 'VERSION 1.6.18']],
    ['that nobody asked for, of a new one', ['CLIENT_ERROR bad command line format', '', 'VERSION 1.6.45']],
  ])('%s is said once for each connection', async (_what, answers) => {
    const asked: string[] = []
    await using it = await against((line, socket) => {
      asked.push(line)
      const answer = line === 'stats' ? STATS : answers[asked.length - 1] === '' ? '' : `${answers[asked.length - 1]}\r\n`
      if (answer !== '') socket.write(answer)
    }, login)
    expect(await it.client.stats('stats', soon())).toBe(STATS)
    expect(await it.client.stats('stats', soon())).toBe(STATS)
    expect(asked.map((line) => line.replace(/k{251}/, 'K'))).toEqual(['set K 0 0 15', 'evenkeel s3cret', 'version', 'stats', 'stats'])
  })

  it('that is refused says so, and holds no secret', async () => {
    await using it = await against((line, socket) => {
      if (line === 'evenkeel s3cret') socket.write('CLIENT_ERROR authentication failure\r\n')
    }, login)
    const error = await it.client.stats('stats', soon()).catch((one) => one)
    expect(error).toMatchObject({ code: 'unreachable', message: 'it refuses the user name or the password' })
  })
})
