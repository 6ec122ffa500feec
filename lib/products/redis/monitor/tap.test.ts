import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it, test } from 'vitest'
import { hash64 } from '../../../rings/hashes/hash64.ts'
import { redisConfig } from '../config.ts'
import type { RedisLink } from '../link.ts'
import { references } from '../probes/references.ts'
import { accessesOf } from './accesses.ts'
import { usualSpec } from './keySpecs.ts'
import { readMonitorLine } from './line.ts'
import { openTaps, ReferenceTap } from './tap.ts'
import { freshBudget, noMoreTaps, overBudget, rest, TAPS_MAX } from './tapBudget.ts'

const AT = 1_795_396_970_000
const quoted = (command: string) =>
  command
    .split(' ')
    .map((word) => `"${word}"`)
    .join(' ')
const lineOf = (command: string, client = '127.0.0.1:5000') => `1795396970.000000 [0 ${client}] ${quoted(command)}`
/** As `OP key size ttl`. */
const told = (command: string) => {
  const line = readMonitorLine(lineOf(command))
  const name = line.argument(0).toString().toLowerCase()
  const names = command.split(' ')
  return accessesOf(line, name, usualSpec(name)).map(({ op, high, low, size, ttlMs, keyBytes }) => {
    const key = names.find((word) => hash64(Buffer.from(word)).high === high && hash64(Buffer.from(word)).low === low)!
    expect(keyBytes).toBe(key.length)
    return [['get', 'set', 'delete'][op], key, size, ttlMs]
  })
}

describe('what a command reads and writes', () => {
  it.each([
    ['GET a', [['get', 'a', 0, Number.NaN]]],
    ['MGET a b', [['get', 'a', 0, Number.NaN], ['get', 'b', 0, Number.NaN]]],
    ['SET a 12345', [['set', 'a', 5, 0]]],
    ['set a 12345 EX 60', [['set', 'a', 5, 60_000]]],
    ['SET a v NX px 1500', [['set', 'a', 1, 1_500]]],
    [`SET a v PXAT ${AT + 5_000}`, [['set', 'a', 1, 5_000]]],
    [`SET a v EXAT ${AT / 1_000 - 9}`, [['set', 'a', 1, 1]]],
    ['SET a v KEEPTTL', [['set', 'a', 1, Number.NaN]]],
    ['SET a v EX soon', [['set', 'a', 1, Number.NaN]]],
    ['SETEX a 10 value', [['set', 'a', 5, 10_000]]],
    ['PSETEX a 10 value', [['set', 'a', 5, 10]]],
    ['MSET a 1 b 22', [['set', 'a', 1, 0], ['set', 'b', 2, 0]]],
    ['EXPIRE a 10', [['set', 'a', 0, 10_000]]],
    ['PERSIST a', [['set', 'a', 0, 0]]],
    ['GETEX a', [['get', 'a', 0, Number.NaN]]],
    ['GETEX a EX 10', [['get', 'a', 0, Number.NaN], ['set', 'a', 0, 10_000]]],
    ['GETDEL a', [['get', 'a', 0, Number.NaN], ['delete', 'a', 0, Number.NaN]]],
    ['UNLINK a b', [['delete', 'a', 0, Number.NaN], ['delete', 'b', 0, Number.NaN]]],
    ['HSET a f v', [['set', 'a', 0, Number.NaN]]],
    ['PUBLISH a b', []],
    ['SET', []],
    ['EXPIRE a', [['set', 'a', 0, Number.NaN]]],
    ['CONSTRUCTOR a', []],
  ])('%s', (command, expected) => expect(told(command)).toEqual(expected)) // biome-ignore format: a table

  it('keeps the pattern, without the key; sizes are of bytes, not of escapes', () => {
    const line = readMonitorLine(String.raw`1.0 [0 a:1] "SET" "product:17:a b" "\x00\"\\n12"`)
    expect(accessesOf(line, 'set', usualSpec('set'))).toMatchObject([{ pattern: 'product:*:a_b', size: 6, keyBytes: 14 }])
  })
})

describe('the budget', () => {
  it('keeps off servers that are busy', () => {
    expect(overBudget({ opsPerSecond: 500, cpu: 0.1 })).toBeNull()
    expect(overBudget({ opsPerSecond: 3_500, cpu: null })).toMatch(/3500 commands a second/)
    expect(overBudget({ opsPerSecond: 500, cpu: 0.9 })).toMatch(/90 % of a core/)
  })

  it('closes what listens while the server rests', () => {
    const budget = freshBudget()
    let stopped = ''
    budget.tap = { stop: (because: string) => (stopped = because) } as unknown as ReferenceTap
    rest(budget, 'slow', 1_000)
    expect([stopped, budget.tap]).toEqual(['slow', null])
    expect(budget.breaker.resting(2_000)).toBe('it stopped and rests for 1 min: slow')
  })
})

describe('the tap', () => {
  let server: Server
  const sockets: Socket[] = []
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy()
    server.close()
  })
  async function tapOn(lines: string[], leaseMs?: number): Promise<ReferenceTap> {
    server = createServer((socket) => {
      sockets.push(socket)
      socket.once('data', () => socket.write(`+OK\r\n+OK\r\n${lines.map((line) => `+${line}\r\n`).join('')}`))
      socket.on('error', () => {})
    })
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
    )
    return new ReferenceTap({ url: `redis://127.0.0.1:${port}` } as never, new Set(['127.0.0.1:9']), new Map(), leaseMs)
  }
  const until = async (done: () => boolean) => {
    for (let i = 0; i < 200 && !done(); i++) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(done()).toBe(true)
  }

  it('gives what others do, with the gets counted; what is not known yet is named', async () => {
    const tap = await tapOn([lineOf('GET a'), lineOf('GET own', '127.0.0.1:9'), lineOf('SET a v EX 5'), lineOf('MYREAD x')])
    await until(() => tap.unknown.has('myread'))
    const { list, rate, gets } = tap.drain()
    expect({ ops: list.map(({ op }) => op), rate, gets }).toEqual({ ops: [0, 1], rate: 1, gets: 1 })
    expect(Math.abs(list[0]!.at - Date.now())).toBeLessThan(5_000)
    expect(tap.drain()).toEqual({ list: [], rate: 1, gets: 0 })
    tap.stop('enough')
    expect(tap.ended).toBe('enough')
    await until(() => sockets[0]!.destroyed || sockets[0]!.readableEnded)
  })

  it('ends itself on a flood', async () => {
    const tap = await tapOn(Array.from({ length: 7_000 }, (_, i) => lineOf(`GET k:${i}`)))
    await until(() => tap.ended !== null)
    expect(tap.ended).toBe('too many commands')
    await until(() => sockets[0]!.destroyed)
  })

  it('ends itself on values that are too large', async () => {
    const tap = await tapOn(Array.from({ length: 4 }, () => lineOf(`SET k ${'x'.repeat(3_000_000)}`)))
    await until(() => tap.ended !== null)
    expect(tap.ended).toBe('its values are too large to be listened to')
  })

  it('ends itself when nobody asks for it any more', async () => {
    const tap = await tapOn([], 50)
    await until(() => tap.ended !== null)
    expect(tap.ended).toBe('it was not asked for any more')
  })

  it('is one of a bounded number: who finds them all open waits, and says so', async () => {
    const first = await tapOn([])
    const { port } = server.address() as { port: number }
    const more = Array.from(
      { length: TAPS_MAX - 1 },
      () => new ReferenceTap({ url: `redis://127.0.0.1:${port}` } as never, new Set(), new Map()),
    )
    expect(noMoreTaps({ tap: null })).toBe('16 servers are listened to, as many as may be at once: this one is when another stops')
    expect(noMoreTaps({ tap: first })).toBeNull()
    first.stop('enough')
    first.stop('again')
    expect(noMoreTaps({ tap: null })).toBeNull()
    for (const tap of more) tap.stop('enough')
    expect(openTaps()).toBe(0)
  })
})

test('a replica is not listened to: what it holds, its primary keeps', () => {
  const config = redisConfig.parse({ kind: 'redis', name: 'a', url: 'redis://a', monitor: 'bursts', references: { from: 'monitor' } })
  const seen = { opsPerSecond: 10, cpu: 0.1 } as RedisLink['seen']
  const wanted = (role: RedisLink['role']) => references.wanted!({ config, seen, role, tapped: freshBudget() } as RedisLink)
  expect(wanted('replica')).toMatch(/^it is a replica/)
  expect(wanted('primary')).toBe(true)
})
