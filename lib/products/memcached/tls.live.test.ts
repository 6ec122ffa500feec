import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Certificate, createAuthority } from '../../../test/certificates.ts'
import { findProgram, freePort } from '../../../test/daemon.ts'
import { describeWith } from '../../../test/live.ts'
import { ask as askPlain, type MemcachedServer, startMemcached } from '../../../test/servers.ts'
import { withMemcached } from './client.ts'
import { memcachedConfig } from './config.ts'
import { listenLines } from './lines.ts'

/** Why this build of memcached cannot be asked over TLS, as a program that the block waits for; null: it can. */
function withoutTls(): string | null {
  const path = findProgram('memcached')
  if (!path) return null
  const { stdout } = spawnSync(path, ['-h'], { encoding: 'utf8', timeout: 5_000 })
  return stdout.includes('--enable-ssl') ? null : 'a memcached that is built with TLS'
}

/** A real memcached with a certificate for 127.0.0.1 and localhost; `strict` asks its clients for one too. */
describeWith(['memcached', 'openssl', ...[withoutTls() ?? []].flat()], 'memcached over TLS', () => {
  const dir = mkdtempSync(join(tmpdir(), 'evenkeel-mc-tls-'))
  let ours: ReturnType<typeof createAuthority>
  let foreign: ReturnType<typeof createAuthority>
  let client: Certificate
  const servers: MemcachedServer[] = []
  const ports = { open: 0, strict: 0 }

  beforeAll(async () => {
    ours = createAuthority(dir, 'ours')
    foreign = createAuthority(dir, 'foreign')
    client = ours.sign({ name: 'client', for: 'DNS:evenkeel' })
    const { certFile, keyFile } = ours.sign({ name: 'server', for: 'IP:127.0.0.1,DNS:localhost' })
    for (const [name, mode] of [
      ['open', 0],
      ['strict', 2],
    ] as const) {
      ports[name] = await freePort()
      const options = `ssl_chain_cert=${certFile},ssl_key=${keyFile},ssl_verify_mode=${mode},ssl_ca_cert=${ours.caFile}`
      servers.push(await startMemcached({ tls: { port: ports[name], options } }))
    }
  })
  afterAll(async () => {
    for (const server of servers) await server[Symbol.asyncDispose]()
    rmSync(dir, { recursive: true })
  })

  const ask = (port: number, extra: object) =>
    withMemcached(memcachedConfig.parse({ kind: 'memcached', name: 'm', address: `127.0.0.1:${port}`, ...extra }), async (one) => {
      await one.stats('stats', AbortSignal.timeout(2_000))
      return one.stats('stats', AbortSignal.timeout(2_000))
    })

  test('is read with the authority that signed it, and with a certificate of ours where it asks for one', async () => {
    expect(await ask(ports.open, { tls: true, ca: ours.ca })).toContain('STAT pid')
    expect(await ask(ports.strict, { tls: true, ca: ours.ca, cert: client.cert, key: client.key })).toContain('STAT pid')
  })

  test('its lines that go on are read too', async () => {
    const [open] = servers
    await askPlain(open!.about.port, 'set product:1 0 60 1\r\nx\r\nquit\r\n')
    const config = memcachedConfig.parse({ kind: 'memcached', name: 'm', address: `127.0.0.1:${ports.open}`, tls: true, ca: ours.ca })
    const lines: string[] = []
    const limits = { lines: 10, bytes: 10_000, ms: 1_000 }
    const { ended } = await listenLines(config, 'lru_crawler metadump hash', limits, (line) => lines.push(line), AbortSignal.timeout(2_000))
    expect([ended, lines.length]).toEqual(['end', 1])
  })

  test.each([
    ['an authority that is not known here', () => ask(ports.open, { tls: true }), /authority that signed its TLS certificate.*ca_file/],
    ['another authority', () => ask(ports.open, { tls: true, ca: foreign.ca }), /ca_file/],
    ['another host', () => ask(ports.open, { tls: true, ca: ours.ca, address: `127.0.0.2:${ports.open}` }), /another host/],
    ['no certificate of ours', () => ask(ports.strict, { tls: true, ca: ours.ca }), /cert_file/],
    ['TLS to a plain port', () => ask(servers[0]!.about.port, { tls: true, ca: ours.ca }), /TLS|closed|in time/],
    ['plain text to a TLS port', () => ask(ports.open, {}), /it closes the connection without an answer.*tls: true/],
  ])('%s is told apart', async (_what, work, words) => {
    await expect(work()).rejects.toMatchObject({ code: 'unreachable', message: expect.stringMatching(words) })
  })
})
