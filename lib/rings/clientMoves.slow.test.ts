import { describe, expect, it } from 'vitest'
import type { RingNode, RingOptions, RingSpec } from '../model/ring.ts'
import { evaluate } from './evaluate.ts'
import { locate, placeRing } from './placement.ts'
import { parseSpec } from './spec.ts'

const KEYS = 15_000
/** Four standard deviations of a share counted over so many keys. */
const WITHIN = 4 * Math.sqrt(0.25 / KEYS)
const keys = Array.from({ length: KEYS }, (_, i) => `product:${(i * 2_654_435_761) % 4_294_967_296}`)

type Nodes = Partial<RingNode>[]
const spec = (algorithm: RingSpec['algorithm'], nodes: Nodes, options?: RingOptions): RingSpec =>
  parseSpec({ algorithm, nodes: nodes.map((node, i) => ({ name: `10.0.0.${i + 1}:11211`, ...node })), ...(options && { options }) })
const alike = (count: number): Nodes => Array.from({ length: count }, () => ({}))
const weighed = (...weights: number[]): Nodes => weights.map((weight) => ({ weight }))
const down: Partial<RingNode> = { state: 'down' }

const EXACT: [name: string, before: RingSpec, after: RingSpec][] = [
  ...(
    [
      ['gomemcache', {}],
      ['memjs', {}],
      ['spymemcached', {}],
      ['phpredis', {}],
      ['libmemcached', { hash: 'md5' }],
      ['python-memcached', {}],
    ] as const
  ).map(
    ([client, more]) =>
      [`modulo ${client}, one more`, spec('modulo', alike(4), { client, ...more }), spec('modulo', alike(5), { client, ...more })] as [string, RingSpec, RingSpec],
  ),
  ['modulo memjs, one dead', spec('modulo', alike(4), { client: 'memjs' }), spec('modulo', [{}, down, {}, {}], { client: 'memjs' })],
  ['modulo python-memcached, weights', spec('modulo', weighed(1, 2, 3), { client: 'python-memcached' }), spec('modulo', weighed(1, 2, 4), { client: 'python-memcached' })],
  ['jump, one fewer', spec('jump', alike(5), { client: 'dskit' }), spec('jump', alike(4), { client: 'dskit' })],
  ['jump, the middle one removed', spec('jump', alike(4), { client: 'memcached-proxy' }), spec('jump', [{}, {}, { name: '10.0.0.4:11211' }], { client: 'memcached-proxy' })],
  ['jump, two more', spec('jump', alike(3), { client: 'memcached-proxy', seed: 'x' }), spec('jump', alike(5), { client: 'memcached-proxy', seed: 'x' })],
  ['rendezvous pymemcache, one dead', spec('rendezvous', alike(5), { client: 'pymemcache' }), spec('rendezvous', [{}, {}, down, {}, {}], { client: 'pymemcache' })],
  ['rendezvous go-redis, one more', spec('rendezvous', alike(3), { client: 'go-redis' }), spec('rendezvous', alike(4), { client: 'go-redis' })],
  ['rendezvous caddy, one more', spec('rendezvous', alike(3), { client: 'caddy' }), spec('rendezvous', alike(4), { client: 'caddy' })],
  ['rendezvous envoy, weights', spec('rendezvous', weighed(1, 2, 3, 4), { client: 'envoy' }), spec('rendezvous', weighed(4, 2, 1, 4), { client: 'envoy' })],
  ['rendezvous envoy, another weight and one dead', spec('rendezvous', weighed(1, 2, 3, 4), { client: 'envoy' }), spec('rendezvous', [{ weight: 9 }, down, { weight: 3 }, { weight: 4 }, { weight: 2 }], { client: 'envoy' })],
  ['rendezvous caddy, the first of two with one address is removed', spec('rendezvous', [{ address: 'x:1' }, { address: 'x:1' }, { address: 'y:1' }], { client: 'caddy' }), spec('rendezvous', [{ name: '10.0.0.2:11211', address: 'x:1' }, { name: '10.0.0.3:11211', address: 'y:1' }], { client: 'caddy' })],
  ['rendezvous pymemcache, the first of two with one address is dead', spec('rendezvous', [{ address: 'x:1' }, { address: 'x:1' }, { address: 'y:1' }], { client: 'pymemcache' }), spec('rendezvous', [{ address: 'x:1', ...down }, { address: 'x:1' }, { address: 'y:1' }], { client: 'pymemcache' })],
  ['rendezvous envoy, two with one hash key and unlike weights', spec('rendezvous', [{ label: 'x', weight: 1 }, { label: 'x', weight: 5 }, { weight: 2 }], { client: 'envoy' }), spec('rendezvous', [{ label: 'x', weight: 6 }, { label: 'x', weight: 5 }, { weight: 2 }], { client: 'envoy' })],
  ['dalli, weights', spec('dalli', weighed(1, 1, 1)), spec('dalli', weighed(1, 1, 3))],
  ['redis-rb, one more', spec('redis-rb', alike(3)), spec('redis-rb', alike(4))],
  ['predis, weights', spec('predis', alike(3)), spec('predis', [{}, { weight: 50 }, {}])],
  ['groupcache, one more', spec('groupcache', alike(3)), spec('groupcache', alike(4))],
  ['ketama uhashring, one dead', spec('ketama', alike(4), { client: 'uhashring' }), spec('ketama', [{}, down, {}, {}], { client: 'uhashring' })],
  ['envoy-maglev by Murmur2', spec('envoy-maglev', alike(4), { keyHash: 'murmur2' }), spec('envoy-maglev', alike(5), { keyHash: 'murmur2' })],
] // biome-ignore format: a ring and its change a line

describe('shares and moves are what the keys do', () => {
  it.each(EXACT)('%s', (_, before, after) => {
    const answer = evaluate({ before, after })
    const [was, is] = [locate(before), locate(after)]
    const owned = new Map<string | null, number>()
    const pairs = new Map<string, number>()
    let moved = 0
    for (const key of keys) {
      const [from, to] = [was(key), is(key)]
      owned.set(from, (owned.get(from) ?? 0) + 1 / KEYS)
      if (from === to) continue
      moved += 1 / KEYS
      pairs.set(`${from} ${to}`, (pairs.get(`${from} ${to}`) ?? 0) + 1 / KEYS)
    }
    for (const { name } of before.nodes) expect(Math.abs(answer.before.shares[name]! - (owned.get(name) ?? 0)), name).toBeLessThan(WITHIN)
    expect(Math.abs(answer.moved! - moved)).toBeLessThan(WITHIN)
    for (const { from, to, share } of answer.movedBetween!)
      expect(Math.abs(share - (pairs.get(`${from} ${to}`) ?? 0)), `${from} to ${to}`).toBeLessThan(WITHIN)
    expect(answer.movedBetween!.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(answer.moved!, 9)
  })
})

describe('a dead server whose keys are hashed again', () => {
  it.each([
    ['dalli', undefined],
    ['modulo', { client: 'python-memcached' }],
    ['ketama', { client: 'spymemcached' }],
  ] as [RingSpec['algorithm'], RingOptions | undefined][])('%s: own · (1 + d + d² + …), the rest is nobody’s', (algorithm, options) => {
    const ring = spec(algorithm, [{}, down, down, {}], options)
    const { shares } = evaluate({ before: ring }).before
    const whole = evaluate({ before: spec(algorithm, alike(4), options) }).before.shares
    const dead = whole['10.0.0.2:11211']! + whole['10.0.0.3:11211']!
    expect(shares['10.0.0.2:11211']).toBe(0)
    expect(shares['10.0.0.1:11211']! / whole['10.0.0.1:11211']!).toBeCloseTo(1 / (1 - dead), 1)
    const find = locate(ring)
    expect(keys.slice(0, 2_000).filter((key) => find(key) === '10.0.0.2:11211')).toEqual([])
  })
})

it('FNV-1a does not mix a text’s last characters: shares of Traefik are counted, not taken from the weights', () => {
  const ring = spec(
    'rendezvous',
    [
      { name: 'http://10.0.0.1', weight: 1 },
      { name: 'http://10.0.0.2', weight: 2 },
    ],
    { client: 'traefik' },
  )
  expect(evaluate({ before: ring }).before.shares['http://10.0.0.2']).toBe(1)
})

it('keys that are counted are counted once, for up to 1,000 nodes', () => {
  const ring = (count: number, options: RingOptions) =>
    parseSpec({ algorithm: 'rendezvous', options, nodes: Array.from({ length: count }, (_, i) => ({ name: `n${i}` })) })
  for (const options of [{ client: 'traefik' }, { client: 'caddy', version: '2.7.6' }] as const) {
    expect(() => ring(1_000, options)).not.toThrow()
    const { space } = placeRing(ring(2, options))
    if (space.kind !== 'rendezvous') throw new Error(space.kind)
    expect(space.counted!()).toBe(space.counted!())
  }
})

it('a version is told by its numbers, whatever stands behind them', () => {
  const number = (algorithm: RingSpec['algorithm'], options: RingOptions) => placeRing(spec(algorithm, alike(3), options)).number
  expect(number('rendezvous', { client: 'caddy', version: '2.6.3-beta.1' })).toBe(
    number('rendezvous', { client: 'caddy', version: '2.7.6' }),
  )
  expect(number('rendezvous', { client: 'caddy', version: '2.8.0-beta.1' })).toBe(number('rendezvous', { client: 'caddy' }))
  const python = (version: string) => evaluate({ before: spec('modulo', alike(3), { client: 'python-memcached', version }) }).before
  expect(python('1.62-rc1')).toEqual(python('1.62'))
  expect(python('1.62')).not.toEqual(python('1.59'))
  const ruby = (version: string) => evaluate({ before: spec('redis-rb', alike(3), { version }) }).before
  expect(ruby('5.0.0.rc1')).toEqual(ruby('5.4.0'))
  expect(ruby('5')).not.toEqual(ruby('4.8.1'))
})

it('EVCache gives every node 160 points, also where a weight of 1 is written', () => {
  const shares = (node: Partial<RingNode>) =>
    evaluate({
      before: spec(
        'ketama',
        Array.from({ length: 25 }, () => node),
        { client: 'evcache' },
      ),
    }).before
  expect(shares({ weight: 1 })).toEqual(shares({}))
})

it('phpredis cuts the CRC’s range into stretches, so that fewer keys move than by the remainder', () => {
  const moved = (client: 'phpredis' | 'gomemcache') =>
    evaluate({ before: spec('modulo', alike(3), { client }), after: spec('modulo', alike(4), { client }) }).moved
  expect(moved('phpredis')).toBeCloseTo(1 / 2, 6)
  expect(moved('gomemcache')).toBeCloseTo(3 / 4, 6)
})

describe('what a client does not know is refused by name', () => {
  const refused = (value: unknown) => () => parseSpec(value)
  const nodes = [{ name: 'a:1' }, { name: 'b:1', weight: 2 }]
  it.each([
    [{ algorithm: 'modulo', nodes, options: { client: 'gomemcache' } }, /nodes\[1\]\.weight: gomemcache knows no weights/],
    [{ algorithm: 'modulo', nodes, options: { client: 'memjs', hash: 'md5' } }, /options\.hash/],
    [{ algorithm: 'modulo', nodes, options: { version: '1.59' } }, /options\.version/],
    [{ algorithm: 'rendezvous', nodes }, /options\.client/],
    [{ algorithm: 'rendezvous', nodes, options: { client: 'go-redis' } }, /nodes\[1\]\.weight/],
    [{ algorithm: 'rendezvous', nodes: [{ name: 'a', weight: 0 }], options: { client: 'envoy' } }, /nodes\[0\]\.weight/],
    [{ algorithm: 'rendezvous', nodes: [{ name: 'a' }], options: { client: 'envoy', hashTag: '{}' } }, /options\.hashTag/],
    [{ algorithm: 'rendezvous', nodes: [{ name: 'a' }], options: { client: 'caddy', version: '2.4.0' } }, /before 2\.5\.2/],
    [{ algorithm: 'jump', nodes: [{ name: 'a' }], options: {} }, /options\.client/],
    [{ algorithm: 'jump', nodes: [{ name: 'a' }], options: { client: 'dskit', seed: 'x' } }, /options\.seed/],
    [{ algorithm: 'jump', nodes: [{ name: 'a' }], options: { client: 'memcached-proxy', hashTag: '{}', hashStop: '|' } }, /not both/],
    [{ algorithm: 'redis-rb', nodes }, /nodes\[1\]\.weight: Redis::Distributed knows no weights/],
    [{ algorithm: 'ketama', nodes, options: { client: 'evcache' } }, /nodes\[1\]\.weight/],
    [{ algorithm: 'haproxy-consistent', nodes: [{ name: 'a' }], options: { hashKey: 'addr' } }, /nodes\[0\]\.address/],
    [{ algorithm: 'envoy-ring-hash', nodes: [{ name: 'a' }], options: { hashTag: '{}' } }, /options\.hashTag/],
  ])('%o', (value, because) => expect(refused(value)).toThrow(because))
})
