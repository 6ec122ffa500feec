import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createAuthority } from '../../test/certificates.ts'
import { attempt, HOSTILE, noticeOf } from '../../test/receiver.ts'
import { email } from './email.ts'

const PASSWORD = 'sesame-0123456789'
const dir = mkdtempSync(join(tmpdir(), 'evenkeel-mail-'))
const authority = createAuthority(dir, 'authority')
const trusted = authority.sign({ name: 'trusted', for: 'IP:127.0.0.1' })
const strange = createAuthority(dir, 'stranger').sign({ name: 'strange', for: 'IP:127.0.0.1' })
const before = getCACertificates('default')
beforeAll(() => setDefaultCACertificates([...before, authority.ca]))
afterAll(() => {
  setDefaultCACertificates(before)
  rmSync(dir, { recursive: true })
})

type Mail = { secure: boolean; user: unknown; to: string[]; raw: string }
const open: { close(): void }[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

/** A real SMTP server that keeps what it got. */
async function startSmtp(options: SMTPServerOptions = {}) {
  const mails: Mail[] = []
  const logins: string[] = []
  const server = new SMTPServer({
    ...trusted,
    closeTimeout: 100,
    authOptional: true,
    onAuth({ username, password }, _session, done) {
      logins.push(username ?? '')
      if (password === PASSWORD) return done(null, { user: username ?? '' })
      done(Object.assign(new Error('no'), { responseCode: 535 }))
    },
    onData(stream, { secure, user, envelope }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        mails.push({ secure, user, to: envelope.rcptTo.map(({ address }) => address), raw: Buffer.concat(chunks).toString() })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  open.push({ close: () => server.close(() => {}) })
  return { smarthost: `127.0.0.1:${(server.server.address() as AddressInfo).port}`, mails, logins }
}

const settings = (smarthost: string, more: object = {}) =>
  email.config.parse({ smarthost, from: 'Evenkeel <evenkeel@example.com>', to: ['ops@example.com'], ...more })
const login = { username: 'keel', password: PASSWORD }

/** Header lines unfolded, and the parts of a multipart/alternative by their type, decoded. */
function read(raw: string) {
  const [head = '', ...rest] = raw.split('\r\n\r\n')
  const boundary = /boundary="?([^"\r\n;]+)/.exec(head)![1]!
  const parts = rest.join('\r\n\r\n').split(`--${boundary}`).slice(1, -1)
  const decoded = parts.map((part) => {
    const [about = '', ...body] = part.trimStart().split('\r\n\r\n')
    const text = body.join('\r\n\r\n').trimEnd()
    const encoding = /transfer-encoding: (\S+)/i.exec(about)![1]!
    const plain =
      encoding === 'base64'
        ? Buffer.from(text, 'base64')
        : encoding === 'quoted-printable'
          ? Buffer.from(
              text.replace(/=\r\n/g, '').replace(/=([\dA-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
              'latin1',
            )
          : Buffer.from(text)
    return [/content-type: ([\w/]+)/i.exec(about)![1]!, plain.toString()]
  })
  return { headers: head.replace(/\r\n[ \t]+/g, ' ').split('\r\n'), parts: Object.fromEntries(decoded) as Record<string, string> }
}
const header = (headers: string[], name: string) =>
  headers.find((line) => line.toLowerCase().startsWith(`${name}:`))?.slice(name.length + 2)

test('goes by STARTTLS and AUTH, in a text and an HTML part that show every name as it was typed', async () => {
  const { smarthost, mails } = await startSmtp()
  expect(await email.notify(settings(smarthost, login), noticeOf(), attempt())).toEqual({
    delivered: true,
    retry: false,
    answer: 'SMTP 250',
  })
  expect(mails).toMatchObject([{ secure: true, user: 'keel', to: ['ops@example.com'] }])
  const mail = read(mails[0]!.raw)
  const unescaped = mail.parts['text/html']!.replace(/<br>/g, '\n').replace(/<[^>]*>/g, '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&') // biome-ignore format: one line
  for (const part of [mail.parts['text/plain']!, unescaped])
    for (const name of [...HOSTILE, 'cache/hot-key', 'since 2026-11-26 21:40:05 UTC', 'critical', 'https://keel.example/findings/f0', '120 reads a second', 'split it in four']) // biome-ignore format: one line
      expect(part).toContain(name)
  expect(mail.parts['text/html']).not.toMatch(/<a href="http:\/\/evil/)
  expect(header(mail.headers, 'auto-submitted')).toBe('auto-generated')
})

test('no name forges a header', async () => {
  const { smarthost, mails } = await startSmtp()
  await email.notify(settings(smarthost), noticeOf(['x\r\nBcc: all@example.com\r\n\r\nboo']), attempt())
  const { headers } = read(mails[0]!.raw)
  expect(headers.filter((line) => /^bcc/i.test(line))).toEqual([])
  expect(header(headers, 'subject')).toBe('Firing: cache/hot-key on cache-a/x\\r\\nBcc: all@example.com\\r\\n\\r\\nboo (warning)')
  expect(mails[0]!.to).toEqual(['ops@example.com'])
})

test('the Message-ID is the same at each try of a notice, and no other has it', async () => {
  const { smarthost, mails } = await startSmtp()
  for (const id of ['one', 'one', 'two']) await email.notify(settings(smarthost), noticeOf(['x']), attempt({ id }))
  expect(mails.map(({ raw }) => header(read(raw).headers, 'message-id'))).toEqual([
    '<one@example.com>',
    '<one@example.com>',
    '<two@example.com>',
  ])
})

test('TLS from the first byte, and none at all, where that is asked for', async () => {
  const implicit = await startSmtp({ secure: true })
  expect(await email.notify(settings(implicit.smarthost, { ...login, tls: 'implicit' }), noticeOf(['x']), attempt())).toMatchObject({ delivered: true }) // biome-ignore format: one line
  expect(implicit.mails).toMatchObject([{ secure: true, user: 'keel' }])
  const clear = await startSmtp({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true })
  expect(await email.notify(settings(clear.smarthost, { ...login, tls: 'none' }), noticeOf(['x']), attempt())).toMatchObject({ delivered: true }) // biome-ignore format: one line
  expect(clear.mails).toMatchObject([{ secure: false, user: 'keel' }])
})

test('starttls never goes on in clear, and no strange certificate is taken', async () => {
  const cases = [
    [await startSmtp({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true }), 'starttls'],
    [await startSmtp({ ...strange }), 'starttls'],
    [await startSmtp({ ...strange, secure: true }), 'implicit'],
  ] as const
  for (const [{ smarthost, mails, logins }, tls] of cases) {
    const outcome = await email.notify(settings(smarthost, { ...login, tls }), noticeOf(['x']), attempt())
    expect(outcome).toMatchObject({ delivered: false, retry: true })
    expect(JSON.stringify(outcome)).not.toContain(PASSWORD)
    expect([mails, logins]).toEqual([[], []])
  }
})

const refusing = (codes: number[]) =>
  startSmtp({
    onRcptTo({ address }, _session, done) {
      const code = codes[Number(/\d/.exec(address)![0])]!
      done(code === 250 ? null : Object.assign(new Error('no'), { responseCode: code }))
    },
  })
test.each([
  [[450], { delivered: false, retry: true, answer: 'SMTP 450' }],
  [[550], { delivered: false, retry: false, answer: 'SMTP 550' }],
  [[250, 550], { delivered: true, retry: false, answer: 'SMTP 250, 1 of 2 recipients refused (550)' }],
  [[250, 451], { delivered: false, retry: true, answer: 'SMTP 451' }],
  [[550, 451], { delivered: false, retry: true, answer: 'SMTP 451' }],
])('recipients that are answered %j: %j', async (codes, outcome) => {
  const { smarthost } = await refusing(codes)
  const to = codes.map((_, index) => `ops${index}@example.com`)
  expect(await email.notify(settings(smarthost, { to }), noticeOf(['x']), attempt())).toEqual(outcome)
})

test('a wrong password is final', async () => {
  const { smarthost } = await startSmtp()
  const outcome = await email.notify(settings(smarthost, { ...login, password: 'wrong-sesame' }), noticeOf(['x']), attempt())
  expect(outcome).toEqual({ delivered: false, retry: false, answer: 'SMTP 535' })
})

test.each(['hang', 'reset', 'garbage'])('a server that plays %s is tried again, and holds no try beyond its deadline', async (play) => {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {})
    if (play === 'reset') socket.resetAndDestroy()
    if (play === 'garbage') socket.end('BANANA\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(server)
  const began = performance.now()
  const smarthost = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const outcome = await email.notify(settings(smarthost), noticeOf(['x']), attempt({ signal: AbortSignal.timeout(400) }))
  expect(outcome).toMatchObject({ delivered: false, retry: true })
  expect(performance.now() - began).toBeLessThan(8_000)
})

test('nobody listens', async () => {
  expect(await email.notify(settings('127.0.0.1:1'), noticeOf(['x']), attempt())).toMatchObject({ delivered: false, retry: true })
})

test.each([
  { smarthost: 'mail' },
  { smarthost: 'http://mail:25' },
  { from: 'nobody' },
  { to: [] },
  { to: ['a@b\r\nBcc: c@d'] },
  { username: 'x' },
  { password: 'x' },
])('%j is refused', (more) => {
  expect(email.config.safeParse({ smarthost: 'mail:25', from: 'a@b', to: ['c@d'], ...more }).success).toBe(false)
})
