import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CAUSE } from '../../../test/cause.ts'
import { describeWith } from '../../../test/live.ts'
import { ask, startBadServer, startMemcached } from '../../../test/servers.ts'
import { memcachedActuator } from './actuator.ts'
import { memcachedConfig } from './config.ts'
import { memcached } from './product.ts'
import { prerequisites } from './required.ts'

const soon = (ms = 2_000) => AbortSignal.timeout(ms)
const configOf = (address: string, login = {}) => memcachedConfig.parse({ kind: 'memcached', name: 'm', address, ...login })

async function tempFolder() {
  const path = await mkdtemp(join(tmpdir(), 'ek-mc-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

async function poll(address: string, id: string, login = {}) {
  const probe = memcached.probes.find((candidate) => candidate.id === id)!
  return probe.parse(await probe.read(memcached.open(configOf(address, login)), null, soon(500)), { cursor: null, at: Date.now() })
}

describeWith(['memcached'], 'memcached', () => {
  test('is read, and a restart shows', async () => {
    await using server = await startMemcached()
    await ask(server.about.port, 'set a 0 0 1\r\nx\r\nget a\r\nget b\r\nquit\r\n')
    const parsed = await poll(server.about.address, 'stats')
    const value = (metric: string) => parsed.samples.find((sample) => sample.metric === metric)?.value
    expect([value('cache_hits_total'), value('cache_misses_total'), value('cache_writes_total'), value('cache_items')]).toEqual([
      1, 1, 1, 1,
    ])
    await poll(server.about.address, 'settings')
    await server.stop()
    await expect(poll(server.about.address, 'stats')).rejects.toMatchObject({ code: 'unreachable' })
    await server.start()
    expect((await poll(server.about.address, 'stats')).topology.facts?.runId).not.toBe(parsed.topology.facts?.runId)
  })

  test('its limit is set, read back and set back; what somebody else changed is left alone', async () => {
    await using server = await startMemcached({ megabytes: 64 })
    const config = configOf(server.about.address)
    const name = 'limit_maxbytes'
    expect(await memcachedActuator.get(config, [name], soon())).toEqual({ [name]: '67108864' })
    await memcachedActuator.write(config, [{ name, expect: '67108864', value: '134217728' }], soon(), CAUSE)
    expect(await memcachedActuator.get(config, [name], soon())).toEqual({ [name]: '134217728' })
    await expect(memcachedActuator.write(config, [{ name, expect: '67108864', value: '33554432' }], soon(), CAUSE)).rejects.toMatchObject({
      code: 'drift',
    })
    await memcachedActuator.write(config, [{ name, expect: '134217728', value: '67108864' }], soon(), CAUSE)
    await expect(memcachedActuator.get(config, ['shutdown'], soon())).rejects.toMatchObject({ code: 'not_found' })
  })

  test('its other settings are set, read back and set back exactly', async () => {
    await using server = await startMemcached()
    const config = configOf(server.about.address)
    const values = { 'config/slab_automove': '0', 'config/lru_mode': 'flat', 'config/lru_tune': '25 30 0.15 1.50', 'config/temp_ttl': '30' }
    const names = Object.keys(values)
    const before = await memcachedActuator.get(config, names, soon())
    expect(before).toEqual({
      'config/slab_automove': '1',
      'config/lru_mode': 'segmented',
      'config/lru_tune': '20 40 0.20 2.00',
      'config/temp_ttl': '-1',
    })
    const edits = Object.entries(values).map(([name, value]) => ({ name, expect: before[name]!, value }))
    await memcachedActuator.write(config, edits, soon(), CAUSE)
    expect(await memcachedActuator.get(config, names, soon())).toEqual(values)
    await expect(memcachedActuator.write(config, edits, soon(), CAUSE)).rejects.toMatchObject({ code: 'drift' })
    const back = edits.map(({ name, expect, value }) => ({ name, expect: value, value: expect }))
    await memcachedActuator.write(config, back, soon(), CAUSE)
    expect(await memcachedActuator.get(config, names, soon())).toEqual(before)
    expect((await prerequisites(config)).filter(({ available }) => !available)).toEqual([])
  })

  test('what a server was started without is refused before anything is written, and told beforehand', async () => {
    await using server = await startMemcached({ args: ['-X', '-o', 'no_modern,no_lru_crawler'] })
    const config = configOf(server.about.address)
    const names = ['config/slab_automove', 'config/temp_ttl']
    const before = await memcachedActuator.get(config, names, soon())
    await expect(
      memcachedActuator.write(
        config,
        [
          { name: 'config/slab_automove', expect: before['config/slab_automove']!, value: '2' },
          { name: 'config/temp_ttl', expect: before['config/temp_ttl']!, value: '30' },
        ],
        soon(),
        CAUSE,
      ),
    ).rejects.toMatchObject({ code: 'not_allowed' })
    expect(await memcachedActuator.get(config, names, soon())).toEqual(before)
    const missing = (await prerequisites(config)).filter(({ available }) => !available).map(({ feature }) => feature)
    expect(missing).toEqual(['config/slab_automove', 'config/lru_mode', 'config/lru_tune', 'config/temp_ttl', 'lru_crawler metadump'])
    await server.stop()
    expect(await prerequisites(config)).toMatchObject([{ feature: 'stats settings', available: false }])
  })

  test('a server with extstore, and one that counts sizes', async () => {
    await using folder = await tempFolder()
    await using server = await startMemcached({
      args: ['-o', `ext_page_size=8,ext_path=${join(folder.path, 'store')}:64m,ext_item_age=1,track_sizes`],
    })
    await ask(server.about.port, `${`set a 0 0 4000\r\n${'x'.repeat(4_000)}\r\n`}set b 0 0 1\r\nx\r\nquit\r\n`)
    const { samples, topology } = await poll(server.about.address, 'stats')
    expect(topology.capabilities).toContainEqual({ feature: 'extstore', available: true })
    expect(samples.find(({ metric }) => metric === 'memcached_extstore_limit_bytes')?.value).toBe(67_108_864)
    const sizes = await poll(server.about.address, 'sizes')
    expect(sizes.samples.map(({ value }) => value)).toEqual([
      expect.toSatisfy((n: number) => n < 200),
      expect.toSatisfy((n: number) => n > 4_000),
      expect.anything(),
    ])
    await expect(poll(server.about.address, 'proxy')).rejects.toMatchObject({ code: 'not_allowed' })
  })

  test('with -Y it is read with its user, and says what is missing or refused', async () => {
    await using folder = await tempFolder()
    const file = join(folder.path, 'users')
    await writeFile(file, 'evenkeel:s3cret-of:mine\n')
    // Only a client with the login can tell that it is ours: the socket of a private folder is.
    const socket = join(folder.path, 'mc')
    await using _server = await startMemcached({ socket, args: ['-Y', file] })
    const address = `unix:${socket}`
    const parsed = await poll(address, 'stats', { username: 'evenkeel', password: 's3cret-of:mine' })
    expect(parsed.samples.find(({ metric }) => metric === 'cache_uptime_seconds')).toBeDefined()
    await expect(poll(address, 'stats')).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/-Y.*are not configured/),
    })
    await expect(poll(address, 'stats', { username: 'evenkeel', password: 'no' })).rejects.toMatchObject({
      message: 'it refuses the user name or the password',
    })
  })

  test('a login that it does not ask for stores nothing', async () => {
    await using server = await startMemcached()
    const parsed = await poll(server.about.address, 'stats', { username: 'evenkeel', password: 's3cret-of:mine' })
    const value = (metric: string) => parsed.samples.find((sample) => sample.metric === metric)?.value
    expect([value('cache_items'), value('cache_writes_total')]).toEqual([0, 0])
  })

  test('a proxy that quotes the login shows it nowhere', async () => {
    await using server = await startBadServer((socket) =>
      socket.once('data', (asked) => socket.end(`SERVER_ERROR unknown: ${asked.toString('latin1')}\r\n`)),
    )
    const error = await poll(`127.0.0.1:${server.port}`, 'stats', { username: 'evenkeel', password: 's3cret-of:mine' }).catch((one) => one)
    expect(error).toMatchObject({ code: 'malformed' })
    expect(JSON.stringify([error, error.message])).not.toContain('s3cret')
  })

  test('a refusal that comes in pieces is one', async () => {
    await using server = await startBadServer((socket) =>
      socket.once('data', () => {
        socket.setNoDelay(true)
        socket.write('CLIENT_ERR', () => setTimeout(() => socket.write('OR unauthenticated\r\n'), 50))
      }),
    )
    await expect(poll(`127.0.0.1:${server.port}`, 'stats')).rejects.toThrow('it demands authentication (-Y)')
  })

  test('a server that hangs is given up', async () => {
    await using server = await startBadServer(() => {})
    await expect(poll(`127.0.0.1:${server.port}`, 'stats')).rejects.toMatchObject({ code: 'unreachable' })
  })
})
