import { createSocket } from 'node:dgram'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { main } from '../../../scripts/audit.ts'
import { createAuthority } from '../../../test/certificates.ts'
import { auditSchema, copiesOf } from '../../config/audit.ts'
import type { AuditDraft } from '../../model/audit.ts'
import { createStore } from '../../store/store.ts'
import { type AuditOut, createAuditOut } from './auditOut.ts'

let dir: string
const ends: (() => unknown)[] = []
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'evenkeel-audit-out-'))
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  rmSync(dir, { recursive: true })
})

const log = { info() {}, warn() {}, error() {} }
const draft = (about: string): AuditDraft => ({ at: Date.now(), what: 'silence-made', by: 'ann', how: 'person', from: null, about, outcome: 'done', detail: { reason: 'é\n' } }) // biome-ignore format: one line

/** Evenkeel's own part: a store, and its copies. */
function opened(audit: unknown, path = join(dir, 'data')): { append(about: string): void; out: AuditOut; stop(): Promise<void> } {
  mkdirSync(path, { recursive: true })
  const store = createStore({ path, now: Date.now })
  const out = createAuditOut({
    copies: copiesOf(auditSchema.parse(audit)),
    store,
    leads: () => true,
    now: Date.now,
    monotonic: () => performance.now(),
    log,
  })
  const stop = async () => {
    await out.close()
    await store.close()
  }
  return { append: (about) => store.audit.append(draft(about)), out, stop }
}

/** What a receiver of a stream was sent, by RFC 6587. */
function messagesIn(text: string): string[] {
  const [, size, rest] = /^(\d+) (.*)$/s.exec(text) ?? []
  return size && rest!.length >= Number(size) ? [rest!.slice(0, Number(size)), ...messagesIn(rest!.slice(Number(size)))] : []
}
const aboutOf = (message: string) => (JSON.parse(message.slice(message.indexOf('{'))) as { about: string }).about

function receiver(server: Server, where: { port?: number; path?: string } = {}) {
  const got: string[] = []
  const sockets = new Set<Socket>()
  server.on(
    server.listenerCount('secureConnection') === 0 && 'setSecureContext' in server ? 'secureConnection' : 'connection',
    (socket: Socket) => {
      sockets.add(socket)
      const at = got.push('') - 1
      socket.on('data', (chunk) => {
        got[at] += chunk.toString('latin1')
      })
      socket.on('error', () => {})
    },
  )
  const end = () => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  }
  ends.push(end)
  return new Promise<{ port: number; abouts(): string[]; end: typeof end }>((resolve) =>
    server.listen(where.path ? where : { host: '127.0.0.1', port: 0, ...where }, () =>
      resolve({ port: (server.address() as AddressInfo).port, abouts: () => got.flatMap(messagesIn).map(aboutOf), end }),
    ),
  )
}
const until = (what: () => void) => vi.waitFor(what, { timeout: 8_000, interval: 20 })

test('a file: a line an entry, through rotation and a cut line, and verified as it is', async () => {
  const file = join(dir, 'audit.jsonl')
  const path = join(dir, 'data')
  const lines = (name = file) => readFileSync(name, 'utf8').trimEnd().split('\n')
  const first = opened({ file }, path)
  first.append('a')
  await until(() => expect(lines()).toHaveLength(1))
  renameSync(file, `${file}.1`)
  first.append('b')
  await until(() => expect(lines()).toHaveLength(1))
  await first.stop()
  // A kill in the middle of the next line.
  writeFileSync(file, `${lines().join('\n')}\n{"about":"c","at":"20`)
  const second = opened({ file }, path)
  ends.push(second.stop)
  second.append('c')
  await until(() => expect(lines()).toHaveLength(3))
  expect(lines().map((line) => line.slice(0, 12))).toEqual(['{"about":"b"', '{"about":"c"', '{"about":"c"'])
  writeFileSync(join(dir, 'all.jsonl'), [...lines(`${file}.1`), ...lines(), lines().at(-1)!].join('\n'))
  const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  expect(await main(['--file', join(dir, 'all.jsonl')])).toBe(0)
  expect(said.mock.calls.join()).toContain('intact, 3 entries, 1 to 3')
  writeFileSync(join(dir, 'all.jsonl'), lines().join('\n').replaceAll('"by":"ann"', '"by":"bob"'))
  expect(await main(['verify', '--file', join(dir, 'all.jsonl')])).toBe(1)
  said.mockRestore()
})

test('UDP: a datagram an entry', async () => {
  const socket = createSocket('udp4')
  const got: string[] = []
  socket.on('message', (message) => got.push(message.toString('latin1')))
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  ends.push(() => socket.close())
  const { append, stop } = opened({ syslog: `udp://127.0.0.1:${socket.address().port}` })
  ends.push(stop)
  append('a')
  append('b')
  await until(() => expect(got.map(aboutOf)).toEqual(['a', 'b']))
  expect(got[0]).toMatch(/^<109>1 \S+Z \S+ evenkeel \d+ silence-made \[meta sequenceId="1"\] \{[ -~]+\}$/)
})

test('TCP: what was on its way when a receiver died arrives at the next one', async () => {
  const one = await receiver(createServer())
  const { append, out, stop } = opened({ syslog: `tcp://127.0.0.1:${one.port}` })
  ends.push(stop)
  append('a')
  await until(() => expect(one.abouts()).toEqual(['a']))
  await one.end()
  append('b')
  await until(() => expect(out.states()).toMatchObject([{ failing: { because: 'ECONNREFUSED' } }]))
  const two = await receiver(createServer(), { port: one.port })
  await until(() => expect(two.abouts()).toEqual(['a', 'b']))
  expect(out.states()).toMatchObject([{ to: 'syslog', seq: 2, failing: null }])
})

test('TLS: with an authority of its own, and not with one that is not known', async () => {
  const authority = createAuthority(dir, 'ca')
  const { cert, key } = authority.sign({ name: 'logs', for: 'IP:127.0.0.1' })
  const there = await receiver(createTlsServer({ cert, key }))
  const to = `tls://127.0.0.1:${there.port}`
  const stranger = opened({ syslog: to }, join(dir, 'one'))
  ends.push(stranger.stop)
  stranger.append('a')
  await until(() => expect(stranger.out.states()[0]!.failing).not.toBeNull())
  const known = opened({ syslog: to, ca: authority.ca }, join(dir, 'two'))
  ends.push(known.stop)
  known.append('b')
  await until(() => expect(there.abouts()).toEqual(['b']))
})

test('a local stream socket; and a receiver that takes nothing holds up nobody', async () => {
  const path = join(dir, 's')
  const there = await receiver(createServer(), { path })
  const local = opened({ syslog: `unix:${path}` }, join(dir, 'one'))
  ends.push(local.stop)
  local.append('a')
  await until(() => expect(there.abouts()).toEqual(['a']))
  const hanging = createServer((socket) => void socket.pause())
  const { port } = await receiver(hanging)
  const hung = opened({ syslog: `tcp://127.0.0.1:${port}`, file: join(dir, 'f') }, join(dir, 'two'))
  for (let i = 0; i < 200; i++) hung.append(`${i}`)
  await until(() => expect(readFileSync(join(dir, 'f'), 'utf8').split('\n')).toHaveLength(201))
  const from = performance.now()
  await hung.stop()
  expect(performance.now() - from).toBeLessThan(4_000)
})

test('an address that is none is refused', () => {
  for (const syslog of ['logs.example', 'http://logs.example', 'tcp://', 'unix:relative', 'tcp://u:p@h:1', 'tcp://h:1/path', 7])
    expect(auditSchema.safeParse({ syslog }).success, String(syslog)).toBe(false)
  expect(auditSchema.safeParse({}).success).toBe(false)
  expect(auditSchema.parse({ syslog: 'tls://[::1]' }).syslog).toEqual({ over: 'tls', host: '::1', port: 6514 })
})
