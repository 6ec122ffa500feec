import { expect, test } from 'vitest'
import { CAUSE } from '../../test/cause.ts'
import { webToApp } from '../../test/haproxyCfg.ts'
import { describeWith } from '../../test/live.ts'
import { type App, ask, redisSay, startApp, startHaproxy, startRedis } from '../../test/servers.ts'
import { haproxyActuator } from './haproxy/actuator.ts'
import { haproxyConfig } from './haproxy/config.ts'
import { haproxy } from './haproxy/product.ts'
import { redisActuator } from './redis/actuator.ts'
import { redisConfig } from './redis/config.ts'
import { redis } from './redis/product.ts'

const soon = () => AbortSignal.timeout(3_000)
const READS = '~* resetchannels -@all +info +client|setname +config|get +acl|whoami'

describeWith(['redis-server'], 'Redis with one user that reads and one that writes', () => {
  test('the reader cannot set, the change is made by the writer, and the doctor tells both', async () => {
    await using server = await startRedis({ config: ['maxmemory 10mb'] })
    await redisSay(server, `ACL SETUSER reader on >look ${READS}`, `ACL SETUSER tuner on >turn ${READS} +config|set +acl|dryrun`)
    const { host } = new URL(server.about.url)
    const url = `redis://reader:look@${host}`
    const edit = { name: 'config/maxmemory', expect: '10485760', value: '20971520' }
    const alone = redisConfig.parse({ kind: 'redis', name: 'a', url })
    await expect(redisActuator.write(alone, [edit], soon(), CAUSE)).rejects.toThrow(/NOPERM|no permission|not permitted/i)
    const both = redisConfig.parse({ kind: 'redis', name: 'a', url, write: { username: 'tuner', password: 'turn' } })
    await redisActuator.write(both, [edit], soon(), CAUSE)
    expect(await redisSay(server, 'CONFIG GET maxmemory')).toContain('20971520')

    // What reads signs in as the reader, also where a writer is configured.
    const link = redis.open(both)
    try {
      await redis.probes.find(({ id }) => id === 'info')!.read(link, null, soon())
      const clients = await redisSay(server, 'CLIENT LIST')
      expect(clients).toMatch(/user=reader/)
      expect(clients).not.toMatch(/user=tuner/)
    } finally {
      await redis.close(link)
    }

    expect(await redis.prerequisites!(both)).toEqual([
      { feature: 'writes as "tuner"', available: true },
      { feature: 'CONFIG SET', available: true },
    ])
    expect(await redis.prerequisites!(alone)).toMatchObject([
      { available: true },
      { available: false, because: expect.stringMatching(/not known/) },
    ])
    const wrong = redisConfig.parse({ kind: 'redis', name: 'a', url, write: { username: 'tuner', password: 'wrong' } })
    expect(await redis.prerequisites!(wrong)).toMatchObject([{ available: false, because: expect.stringMatching(/WRONGPASS|password/i) }])
  })
})

const cfg = (app: App) => {
  const app1 = webToApp(`server app1 127.0.0.1:${app.port} weight 100`)
  return (ports: number[]) => `global\n  stats socket ipv4@127.0.0.1:${ports[1]} level user\n${app1(ports)}`
}

describeWith(['haproxy'], 'HAProxy with a socket of level user and one of level admin', () => {
  test('the change goes by the admin socket, reading by the other', async () => {
    await using app = await startApp({ latencyMs: 1 })
    await using server = await startHaproxy({ cfg: cfg(app), ports: 2 })
    const reader = `tcp://127.0.0.1:${server.about.ports[1]}`
    const admin = `tcp://127.0.0.1:${server.about.adminPort}`
    const edit = { name: 'app/app1/weight', expect: '100', value: '50' }
    const alone = haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket: reader })
    await expect(haproxyActuator.write(alone, [edit], soon(), CAUSE)).rejects.toThrow(/[Pp]ermission|level/)
    const both = haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket: reader, write: { socket: admin } })
    await haproxyActuator.write(both, [edit], soon(), CAUSE)
    expect(await ask(server.about.adminPort, 'get weight app/app1\n')).toMatch(/^50/)

    const link = haproxy.open(both)
    const info = haproxy.probes.find(({ id }) => id === 'info')!
    const stat = haproxy.probes.find(({ id }) => id === 'stat')!
    await info.read(link, null, soon())
    const parsed = stat.parse((await stat.read(link, null, soon())) as never, { at: Date.now(), cursor: null })
    expect(parsed.topology.pools?.find(({ name }) => name === 'app')?.can.state).toBe(true)
    await haproxy.close(link)
    expect(await haproxy.prerequisites!(both)).toEqual([{ feature: 'admin socket of `write`', available: true }])
    expect(await haproxy.prerequisites!(alone)).toMatchObject([{ available: false, because: expect.stringMatching(/level user/) }])
  })
})
