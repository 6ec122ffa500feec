import { describe, expect, test } from 'vitest'
import { randomOf } from '../../../../test/random.ts'
import { type BurstCounts, hottest, remembered } from '../../hotKeys.ts'
import { restMs } from '../probes/monitor.ts'
import type { Burst } from './burst.ts'
import { type CommandSpec, keyPositions, NO_KEYS, specOf, usualSpec } from './keySpecs.ts'
import { bytesOf, readMonitorLine } from './line.ts'
import { largeUntil } from './refusal.ts'

describe('a line of MONITOR', () => {
  test('with time, client and arguments', () => {
    const line = readMonitorLine('+1795396970.345139 [0 127.0.0.1:48138] "GET" "k:00460509"')
    expect(line).toMatchObject({ at: 1_795_396_970_345.139, client: '127.0.0.1:48138', count: 2 })
    expect([0, 1].map((index) => String(line.argument(index)))).toEqual(['GET', 'k:00460509'])
    expect(() => line.argument(2)).toThrow()
  })

  test.each([
    ['[3 lua] "get" "a"', 'lua'],
    ['[0 unix:/run/a b/[x] y.sock] "get" "a"', 'unix:/run/a b/[x] y.sock'],
    ['[0 [::1]:5000] "get" "a"', '[::1]:5000'],
  ])('from %s', (text, client) => {
    const line = readMonitorLine(`1795396970.345139 ${text}`)
    expect(line.client).toBe(client)
    expect(String(line.argument(1))).toBe('a')
  })

  test.each([
    [String.raw`a\x00\xff\x0Ab`, [97, 0, 255, 10, 98]],
    [String.raw`\n\r\t\a\b\"\\`, [10, 13, 9, 7, 8, 34, 92]],
    [String.raw`\\x41`, [92, 120, 52, 49]],
    ['', []],
  ])('unescapes %s', (text, bytes) => {
    expect([...bytesOf(text)]).toEqual(bytes)
    expect([...readMonitorLine(`1.000001 [0 a:1] "SET" "${text}" "v"`).argument(1)]).toEqual(bytes)
  })

  test('with quotes and backslashes at the ends of arguments', () => {
    const line = readMonitorLine(String.raw`1.0 [0 a:1] "SET" "\\" "\"" "" "x\\\""`)
    expect([0, 1, 2, 3, 4].map((index) => String(line.argument(index)))).toEqual(['SET', '\\', '"', '', 'x\\"'])
  })

  test.each([
    '',
    'OK',
    '1.0 [0 a:1]',
    '1.0 [0 a:1] "GET" "open',
    '1.0 [0 a:1] GET',
    '1.0 [0 a:1] "GET" secret',
    `1.0 [0 a:1] "SET" "k" "secret" x`,
  ])('%j is malformed, and no value stands in the error', (text) => {
    expect(() => readMonitorLine(text)).toThrow(/^MONITOR: ((?!secret).)*$/)
  })
})

describe('where keys stand', () => {
  const keys = (spec: CommandSpec, command: string) => {
    const args = command.split(' ')
    return keyPositions(spec, args.length, (index) => args[index]!).map((index) => args[index])
  }
  const range = (begin: unknown, lastkey: number, limit = 0, keystep = 1) => [
    'flags',
    ['RO', 'access'],
    'begin_search',
    begin,
    'find_keys',
    ['type', 'range', 'spec', ['lastkey', lastkey, 'keystep', keystep, 'limit', limit]],
  ]
  const index = (at: number) => ['type', 'index', 'spec', ['index', at]]
  const row = (name: string, flags: string[], [first, last, step]: number[], specs: unknown[] = []) => [
    name,
    -2,
    flags,
    first,
    last,
    step,
    [],
    [],
    specs,
    [],
  ]

  test('as the server tells it: Redis 7 by specifications', () => {
    const xread = row(
      'xread',
      ['readonly', 'movablekeys'],
      [0, 0, 0],
      [range(['type', 'keyword', 'spec', ['keyword', 'STREAMS', 'startfrom', 1]], -1, 2)],
    )
    expect(keys(specOf('xread', xread), 'XREAD COUNT 2 streams a b 0 0')).toEqual(['a', 'b'])
    expect(keys(specOf('mget', row('mget', ['readonly'], [1, -1, 1], [range(index(1), -1)])), 'MGET a b c')).toEqual(['a', 'b', 'c'])
    expect(keys(specOf('lcs', row('lcs', ['readonly'], [1, 2, 1], [range(index(1), 1)])), 'LCS a b LEN')).toEqual(['a', 'b'])
    const zunion = row(
      'zunion',
      ['readonly', 'movablekeys'],
      [0, 0, 0],
      [['begin_search', index(1), 'find_keys', ['type', 'keynum', 'spec', ['keynumidx', 0, 'firstkey', 1, 'keystep', 1]]]],
    )
    expect(keys(specOf('zunion', zunion), 'ZUNION 2 a b WEIGHTS 1 2')).toEqual(['a', 'b'])
    expect(keys(specOf('zunion', zunion), 'ZUNION 999999999 a b')).toEqual(['a', 'b'])
    expect(keys(specOf('zunion', zunion), 'ZUNION x a b')).toEqual([])
  })

  test.each([
    ['steps backwards', range(index(1), -1, 0, -1)],
    ['steps that never arrive', range(index(1), -1, 0, 1e-9)],
    ['a place before the command', range(index(-5), -1)],
    [
      'a count beyond the command',
      ['begin_search', index(1), 'find_keys', ['type', 'keynum', 'spec', ['keynumidx', 90, 'firstkey', -1e15, 'keystep', 1]]],
    ],
  ])('a server that tells %s is not followed', (_, told) => {
    const followed = keys(specOf('mget', row('mget', ['readonly'], [1, -1, 1], [told])), 'MGET 2 b c')
    expect(['2', 'b', 'c']).toEqual(expect.arrayContaining(followed))
  })

  test('by first, last and step: Redis before 7', () => {
    const old = (name: string, flags: string[], first: number, last: number, step: number) => [name, -2, flags, first, last, step]
    expect(keys(specOf('mget', old('mget', ['readonly'], 1, -1, 1)), 'MGET a b')).toEqual(['a', 'b'])
    expect(keys(specOf('lcs', old('lcs', ['readonly'], 1, 2, 1)), 'LCS a b LEN')).toEqual(['a', 'b'])
    expect(keys(specOf('mymodule.pairs', old('mymodule.pairs', ['readonly'], 1, -1, 2)), 'X a 1 b 2')).toEqual(['a', 'b'])
    expect(keys(specOf('xread', old('xread', ['readonly', 'movablekeys'], 0, 0, 0)), 'XREAD BLOCK 5 STREAMS a b $ $')).toEqual(['a', 'b'])
  })

  test('writes, scripts and questions about a key are no reads', () => {
    expect(specOf('set', row('set', ['write'], [1, 1, 1], [range(index(1), 0)]))).toEqual(NO_KEYS)
    for (const name of ['object', 'memory', 'ttl', 'type', 'pexpiretime', 'eval_ro'])
      expect(specOf(name, row(name, ['readonly'], [1, 1, 1], [range(index(1), 0)]))).toEqual(NO_KEYS)
    expect(keys(specOf('getex', row('getex', ['write'], [1, 1, 1], [range(index(1), 0)])), 'GETEX a EX 5')).toEqual(['a'])
  })

  test('what is usual where the server does not say', () => {
    expect(keys(usualSpec('get'), 'GET a')).toEqual(['a'])
    expect(keys(specOf('mget', null), 'MGET a b')).toEqual(['a', 'b'])
    expect(keys(usualSpec('sintercard'), 'SINTERCARD 2 a b LIMIT 1')).toEqual(['a', 'b'])
    expect(usualSpec('constructor')).toEqual(NO_KEYS)
    expect(specOf('get', ['get', 2, 'nonsense'])).toEqual(usualSpec('get'))
  })
})

test('bursts follow each other until they tell the hottest keys, then rest', () => {
  expect([restMs(2_000, 14_000), restMs(2_000, 15_000), restMs(300, 15_000)]).toEqual([1_250, 5_000, 1_500])
})

test('HOTKEYS counts for a while after a burst of large commands', () => {
  const burst: Burst = { ms: 100, lines: 1_000, bytes: 100_000, ended: 'time' }
  expect([burst, { ...burst, bytes: 2_000_000 }, { ...burst, lines: 3, ended: 'bytes' as const }].map((one) => largeUntil(one, 5))).toEqual(
    [0, 600_005, 600_005],
  )
})

describe('hot keys', () => {
  const burst = (at: number, reads: Record<string, number>, clients: (key: string) => string[] = () => ['10.0.0.1:1']): BurstCounts => ({
    at,
    ms: 1_000,
    reads: Object.values(reads).reduce((a, b) => a + b, 0),
    keys: new Map(
      Object.entries(reads).map(([key, count]) => {
        const names = clients(key)
        return [key, { reads: count, clients: new Map(names.map((name) => [name, count / names.length])) }]
      }),
    ),
  })
  const usual = (extra: Record<string, number> = {}) => ({
    ...Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, 10])),
    ...extra,
  })

  test('what is heard in ten seconds tells the ten hottest by Zipf', () => {
    const random = randomOf(5)
    let right = 0
    for (let round = 0; round < 8; round++) {
      let bursts: BurstCounts[] = []
      for (let i = 0; i < 8; i++) {
        const reads: Record<string, number> = {}
        // A key's part is ln((n + 1) / n) of all.
        for (const key of Array.from({ length: 2_000 }, () => `k${Math.floor(100_000 ** random())}`)) reads[key] = (reads[key] ?? 0) + 1
        bursts = remembered(bursts, burst(1_250 * i, reads))
      }
      const named = hottest(bursts).slice(0, 10)
      right += named.filter(({ key }) => Number(key.slice(1)) <= 10).length / 80
      // Of all but the newest, what was read once is forgotten.
      expect(bursts[0]!.keys.size).toBeGreaterThan(700)
      expect(bursts.slice(1).every(({ keys }) => keys.size < 300)).toBe(true)
    }
    expect(right).toBeGreaterThan(0.95)
  })
  test('shares with intervals, hottest first, and the rate', () => {
    const [first, second] = hottest([burst(0, usual({ hot: 250 }))])
    expect(first).toMatchObject({ key: 'hot', share: 0.2, perSecond: 250, lines: 1_250, hot: true })
    expect(first!.low).toBeGreaterThan(0.17)
    expect(first!.high).toBeLessThan(0.23)
    expect(second).toMatchObject({ share: 10 / 1_250, hot: false })
  })

  test('in a cache of few keys none is hot', () => {
    expect(hottest([burst(0, { a: 400, b: 300, c: 300 })]).every((key) => !key.hot)).toBe(true)
  })

  test('a key that has just become hot counts from its first burst on, and one that ceased goes', () => {
    let bursts: BurstCounts[] = []
    for (let i = 0; i < 10; i++) bursts = remembered(bursts, burst(i * 5_000, usual()))
    bursts = remembered(bursts, burst(50_000, usual({ fresh: 120 })))
    expect(hottest(bursts)[0]).toMatchObject({ key: 'fresh', hot: true })
    expect(hottest(bursts)[0]!.share).toBeCloseTo(120 / 1_120)
    bursts = remembered(bursts, burst(55_000, usual()))
    expect(hottest(bursts).find((key) => key.key === 'fresh')).toBeUndefined()
  })

  test('few commands say little, and what is heard adds up', () => {
    let bursts: BurstCounts[] = []
    const steps: number[] = []
    for (let i = 0; i < 12; i++) {
      bursts = remembered(bursts, burst(i * 1_250, { hot: 2, a: 3, b: 2, c: 3 }))
      const [{ high, low }] = [hottest(bursts).find((key) => key.key === 'hot')!]
      steps.push(high - low)
    }
    expect(steps[0]).toBeGreaterThan(0.4)
    expect(steps[11]).toBeLessThan(0.2)
  })

  test('memory is bounded by reads and by time', () => {
    let bursts: BurstCounts[] = []
    for (let i = 0; i < 100; i++) bursts = remembered(bursts, burst(i * 1_000, usual()))
    expect(bursts.length).toBeLessThan(19)
    expect(remembered(bursts, burst(1e6, usual())).length).toBe(1)
  })

  test('clients by connection on one host, by host on several', () => {
    const one = hottest([burst(0, { a: 100 }, () => ['10.0.0.1:1', '10.0.0.1:2'])])
    expect(one[0]!.clients).toEqual([
      { address: '10.0.0.1:1', share: 0.5 },
      { address: '10.0.0.1:2', share: 0.5 },
    ])
    const several = hottest([burst(0, { a: 100 }, () => ['10.0.0.1:1', '10.0.0.1:2', '[::1]:3', 'lua'])])
    expect(several[0]!.clients).toContainEqual({ address: '10.0.0.1', share: 0.5 })
    expect(several[0]!.clients).toContainEqual({ address: 'lua', share: 0.25 })
  })

  test('no reads, no keys', () => expect(hottest([burst(0, {})])).toEqual([]))
})
