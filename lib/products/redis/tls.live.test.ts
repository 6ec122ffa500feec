import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CAUSE } from '../../../test/cause.ts'
import { type Certificate, createAuthority } from '../../../test/certificates.ts'
import { findProgram, freePort } from '../../../test/daemon.ts'
import { describeWith } from '../../../test/live.ts'
import { type RedisServer, startRedis } from '../../../test/servers.ts'
import { redisActuator } from './actuator.ts'
import { redisConfig } from './config.ts'
import { openRedis } from './link.ts'
import { listen } from './monitor/burst.ts'
import { redis } from './product.ts'

/** Why this build of Redis cannot be asked over TLS, as a program that the block waits for; null: it can. */
function withoutTls(): string | null {
  const path = findProgram('redis-server')
  if (!path) return null
  const { stdout } = spawnSync(path, ['--port', '0', '--tls-port', '1', '--tls-cert-file', '/nonexistent'], {
    encoding: 'utf8',
    timeout: 5_000,
  })
  return /Failed finding TLS|Bad directive|Missing implement of connection type tls/.test(stdout)
    ? 'a redis-server that is built with TLS'
    : null
}

/** A real Redis with a certificate for 127.0.0.1 and localhost. */
describeWith(['redis-server', 'openssl', ...[withoutTls() ?? []].flat()], 'Redis over TLS', () => {
  const dir = mkdtempSync(join(tmpdir(), 'evenkeel-tls-'))
  const soon = () => AbortSignal.timeout(2_000)
  let ours: ReturnType<typeof createAuthority>
  let foreign: ReturnType<typeof createAuthority>
  let client: Certificate
  let server: RedisServer
  /** Asks its clients for a certificate, as is Redis's default. */
  let strict: RedisServer
  let port: number
  let strictPort: number

  const start = async (auth: 'yes' | 'no', at: number) => {
    const { certFile, keyFile } = ours.sign({ name: `server-${auth}`, for: 'IP:127.0.0.1,DNS:localhost' })
    return startRedis({
      password: 'sesame',
      config: [
        'bind 127.0.0.1 127.0.0.2',
        `tls-port ${at}`,
        `tls-cert-file ${certFile}`,
        `tls-key-file ${keyFile}`,
        `tls-ca-cert-file ${ours.caFile}`,
        `tls-auth-clients ${auth}`,
      ],
    })
  }
  beforeAll(async () => {
    ours = createAuthority(dir, 'ours')
    foreign = createAuthority(dir, 'foreign')
    client = ours.sign({ name: 'client', for: 'DNS:evenkeel' })
    ;[port, strictPort] = [await freePort(), await freePort()]
    server = await start('no', port)
    strict = await start('yes', strictPort)
  }, 60_000)
  afterAll(async () => {
    for (const each of [server, strict]) await each?.[Symbol.asyncDispose]()
    rmSync(dir, { recursive: true, force: true })
  })

  const configOf = (at: number, more: object = {}, host = '127.0.0.1', scheme = 'rediss') =>
    redisConfig.parse({ kind: 'redis', name: 'a', url: `${scheme}://:sesame@${host}:${at}`, ca: ours.ca, ...more })
  /** The version that INFO tells, or why nothing is told. */
  async function ask(config: ReturnType<typeof configOf>): Promise<string> {
    const link = openRedis(config)
    try {
      const probe = redis.probes.find(({ id }) => id === 'info')!
      const parsed = probe.parse(await probe.read(link, null, soon()), { cursor: null, at: Date.now() })
      return parsed.topology.facts?.version ?? 'no version'
    } catch (error) {
      return (error as Error).message
    } finally {
      await redis.close(link)
    }
  }

  test('is read, listened to and written to, by address and by name, without a warning', async () => {
    const warnings: string[] = []
    const warned = ({ message }: Error) => warnings.push(message)
    process.on('warning', warned)
    for (const host of ['127.0.0.1', 'localhost']) {
      const config = configOf(port, {}, host)
      const link = openRedis(config)
      for (const probe of redis.probes) if ((probe.wanted?.(link) ?? true) === true) await probe.read(link, null, soon())
      await redis.close(link)
      await redisActuator.write(config, [{ name: 'config/maxmemory', expect: '0', value: '52428800' }], soon(), CAUSE)
      expect(await redisActuator.get(config, ['config/maxmemory'], soon())).toEqual({ 'config/maxmemory': '52428800' })
      await redisActuator.write(config, [{ name: 'config/maxmemory', expect: '52428800', value: '0' }], soon(), CAUSE)
      const heard = await listen(config, { ms: 100, lines: 100, bytes: 1e6, lagMs: 1_000 }, () => {}, soon())
      expect(heard.ended).toBe('time')
    }
    process.off('warning', warned)
    expect(warnings).toEqual([])
  })

  test('asks for our certificate, and takes it', async () => {
    // Which of the two depends on whether the alert or the close is read first.
    expect(await ask(configOf(strictPort))).toMatch(/^it (closed the connection; perhaps it )?asks for a certificate of ours/)
    const stranger = foreign.sign({ name: 'stranger', for: 'DNS:evenkeel' })
    expect(await ask(configOf(strictPort, { cert: stranger.cert, key: stranger.key }))).toMatch(
      /^it (asks for a certificate of ours that it knows|closed the connection)/,
    )
    expect(await ask(configOf(strictPort, { cert: client.cert, key: client.key }))).toMatch(/^\d+\.\d+\.\d+$/)
  })

  test('is refused in words where its certificate is not good, or where one side speaks no TLS', async () => {
    expect(await ask(configOf(port, { ca: undefined }))).toMatch(/authority that signed its TLS certificate is not known here: ca_file/)
    expect(await ask(configOf(port, { ca: foreign.ca }))).toMatch(/authority that signed its TLS certificate is not known here: ca_file/)
    expect(await ask(configOf(port, {}, '127.0.0.2'))).toBe('its TLS certificate is for another host than the URL names')
    expect(await ask(configOf(server.about.port))).toMatch(/^no answer from \S+ in time; perhaps it speaks no TLS there: redis:\/\/$/)
    expect(await ask(configOf(port, { ca: undefined }, '127.0.0.1', 'redis'))).toBe(
      'it closed the connection; perhaps it speaks TLS alone: rediss://',
    )
  })
})
