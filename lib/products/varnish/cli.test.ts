import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { freePort } from '../../../test/daemon.ts'
import { startBadServer } from '../../../test/servers.ts'
import { AnswerReader, challengeOf, responseTo } from './cli.ts'
import { createVarnishClient } from './client.ts'
import { varnishConfig } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'ek-varnish-'))
afterAll(() => rmSync(folder, { recursive: true }))
const CHALLENGE = 'ixslvvxrgkjptxmcgnnsdxsvdmvfympg'
// As `dd if=/dev/random` makes it: no text.
const SECRET = Buffer.from([0, 10, 255, 13, 10, 200, 10])
const file = join(folder, 'secret')
writeFileSync(file, SECRET)

const answer = (status: number, body: string) => `${status} ${String(Buffer.byteLength(body)).padEnd(8)}\n${body}\n`
const expected = createHash('sha256').update(`${CHALLENGE}\n`).update(SECRET).update(`${CHALLENGE}\n`).digest('hex')
const clientOf = (port: number, more: object = { secret_file: file }) =>
  createVarnishClient(varnishConfig.parse({ kind: 'varnish', name: 'v', admin: `127.0.0.1:${port}`, ...more }))
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: Error) => error.message,
  )

/** A management port: answers each line by `reply`, after the login with the right secret. */
const managementPort = (reply: (line: string) => string) =>
  startBadServer((socket: Socket) => {
    socket.write(answer(107, `${CHALLENGE}\n\nAuthentication required.\n`))
    let text = ''
    let loggedIn = false
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        const line = text.slice(0, end)
        text = text.slice(end + 1)
        if (loggedIn) socket.write(reply(line))
        else if (line === `auth ${expected}`) {
          loggedIn = true
          socket.write(answer(200, 'varnish-7.1.1 revision 7cee\n'))
        } else socket.end(answer(500, ''))
      }
    })
  })

describe('an answer', () => {
  it('is as long as its first line says, in whatever pieces it comes, and in bytes', () => {
    const reader = new AnswerReader('h:1')
    const pieces = [...Buffer.from(answer(200, 'é\n\n200 5       \n'))].map((byte) => Buffer.of(byte))
    const results = pieces.map((piece) => reader.take(piece))
    expect(results.slice(0, -1).every((result) => result === null)).toBe(true)
    expect(results.at(-1)).toEqual({ status: 200, body: 'é\n\n200 5       \n' })
    expect(new AnswerReader('h:1').take(Buffer.from(answer(200, '')))).toEqual({ status: 200, body: '' })
  })

  it.each([
    ['200 3       \nabcX\n', 'as long as its first line says'],
    ['200 3       \nabc\nmore', 'as long as its first line says'],
    ['HTTP/1.1 400 Bad Request\r\n', 'not the one of HTTP'],
    ['200 -3      \nabc\n', 'not the one of HTTP'],
    ['200 99999999\nabc\n', 'MiB'],
  ])('%j is refused', (text, because) => expect(() => new AnswerReader('h:1').take(Buffer.from(text))).toThrow(because))

  it('to a challenge is the SHA-256 of the challenge, the secret and the challenge', () => {
    // Of Varnish's documentation (varnish-cli, "Authentication").
    expect(responseTo(CHALLENGE, Buffer.from('foo\n'))).toBe('455ce847f0073c7ab3b1465f74507b75d3dc064c1e7de3b71e00de9092fdc89a')
    expect(() => challengeOf('too short\n')).toThrow('32 letters')
  })
})

describe('a client of the management port', () => {
  it('logs in once for many questions, and again where the server has closed', async () => {
    let answered = 0
    await using port = await managementPort((line) => answer(200, `${++answered} ${line}`))
    const client = clientOf(port.port)
    const signal = AbortSignal.timeout(5_000)
    expect(await client.ask('ping', signal)).toBe('1 ping')
    expect(await Promise.all([client.ask('a', signal), client.ask('b', signal)])).toHaveLength(2)
    expect(client.banner).toContain('varnish-7.1.1')
    await expect(client.ask('param.set x 1\nstop', signal)).rejects.toThrow('one line')
    await client.close()
  })

  it('says in words what is wrong', async () => {
    const wrong = join(folder, 'wrong')
    writeFileSync(wrong, 'foo\n')
    await using port = await managementPort((line) =>
      line === 'cut' ? answer(201, 'x') : line === 'odd' ? answer(101, 'Unknown request.') : answer(300, 'Child not running'),
    )
    const signal = () => AbortSignal.timeout(2_000)
    const said = (command: string, more?: object) => refusal(clientOf(port.port, more).ask(command, signal()))
    expect(await said('ping', { secret_file: wrong })).toContain('refuses the secret')
    expect(await said('ping', {})).toContain('asks for its secret: give `secret_file`')
    expect(await said('ping', { secret_file: join(folder, 'absent') })).toContain('secret_file cannot be read (ENOENT)')
    expect(await said('cut')).toContain('cli_limit')
    expect(await said('odd')).toContain('does not know odd')
    expect(await said('other')).toContain('300: Child not running')
    expect(await refusal(clientOf(await freePort()).ask('ping', signal()))).toContain('nothing listens at')
  })

  it('gives up on what says nothing, as an HTTP server does', async () => {
    await using silent = await startBadServer(() => {})
    expect(await refusal(clientOf(silent.port).ask('ping', AbortSignal.timeout(100)))).toContain(
      'says nothing: is it the address of -T, not the one of HTTP?',
    )
    await using late = await managementPort(() => '')
    expect(await refusal(clientOf(late.port).ask('ping', AbortSignal.timeout(300)))).toContain('in time')
  })
})
