import { expect, it, test } from 'vitest'
import { forwardOf, healthOf } from './balancers.ts'
import { memoryOf, nodesOf } from './caches.ts'
import { described } from './described.ts'
import { inWords, withoutCredentials } from './errors.ts'
import { lookEvery, monthlyCost, pace } from './pace.ts'
import { notAllowed } from './parameters.ts'
import { queriesOf } from './queries.ts'
import { readingsOf } from './readings.ts'
import type { Balancer, CacheNode, Distribution } from './things.ts'

const MINUTE = 60_000
const AT = Date.UTC(2026, 10, 1, 12)
const node: CacheNode = {
  of: 'cache',
  id: 'a',
  address: 'a:6379',
  cluster: 'a',
  node: '0001',
  engine: 'valkey',
  version: '8.0',
  nodeType: 't',
  status: 'available',
  group: null,
  role: null,
  parameterGroup: 'own',
  pendingReboot: false,
}
const minutes = (from: number, ...values: (number | null)[]) =>
  values.flatMap((value, i) => (value === null ? [] : [[from + i * MINUTE, value] as const]))
const grown = (samples: { metric: string; at?: number; value: number }[], metric: string) => {
  const own = samples.filter((one) => one.metric === metric)
  return own.slice(1).map(({ at = 0, value }, i) => [(at - own[i]!.at!) / MINUTE, value - own[i]!.value])
}

it('adds minutes up to counters, at their ends, and goes on where it was', () => {
  const from = AT - 10 * MINUTE
  const first = readingsOf(node, { CacheHits: minutes(from, 5, 7, 9, 1, 2, 3, 4, 100, 200, 300) }, AT, null)
  // The three minutes that ended less than two minutes ago are still added to.
  expect(first.samples.map(({ at, value }) => [(at! - from) / MINUTE, value])).toEqual([[0, 0], [1, 5], [2, 12], [3, 21], [4, 22], [5, 24], [6, 27], [7, 31], [8, 131]]) // biome-ignore format: one line
  const then = readingsOf(node, { CacheHits: minutes(from, 5, 7, 9, 1, 2, 3, 4, 100, 200, 300) }, AT + MINUTE, first.cursor)
  expect(then.samples).toEqual([{ metric: 'cache_hits_total', value: 331, at: from + 9 * MINUTE }])
})

it('leaves a gap where CloudWatch has none: of one minute and of several', () => {
  const from = AT - 15 * MINUTE
  const { samples } = readingsOf(node, { CacheHits: minutes(from, 5, 7, null, 9, null, null, 4, 6) }, AT, null)
  expect(grown(samples, 'cache_hits_total')).toEqual([[1, 5], [1, 7], [2, 9], [2, 0], [1, 4], [1, 6]]) // biome-ignore format: one line
})

const balancer: Balancer = {
  of: 'balancer',
  id: 'front',
  address: 'front',
  arn: 'arn:aws:elasticloadbalancing:r:1:loadbalancer/app/front/1',
  status: 'active',
  rules: [
    {
      name: '443-a',
      arn: 'x',
      words: 'rule 1',
      stickySeconds: null,
      members: ['blue', 'green'].map((name) => ({
        name,
        arn: `arn:aws:elasticloadbalancing:r:1:targetgroup/${name}/1`,
        weight: 1,
        healthy: { of: 1, up: 1, draining: 0 },
      })),
    },
  ],
}

it('takes silence about zero for zero, up to the newest minute that the balancer told, and not after', () => {
  const from = AT - 15 * MINUTE
  const { samples } = readingsOf(
    balancer,
    { RequestCount: minutes(from, 9, 9, 9), 'RequestCount 443-a/blue': minutes(from, 9, null, 9) },
    AT,
    null,
  )
  const of = (server: string) =>
    grown(
      samples.filter(({ labels }) => labels?.server === server),
      'pool_requests_total',
    )
  expect(of('blue')).toEqual([[1, 9], [1, 0], [1, 9]]) // biome-ignore format: one line
  expect(of('green')).toEqual([[1, 0], [1, 0], [1, 0]]) // biome-ignore format: one line
  expect(readingsOf(balancer, { RequestCount: [] }, AT, null).samples).toEqual([])
})

it('asks no requests of a target group that two rules share, and says so', () => {
  const [rule] = balancer.rules
  const shared = { ...balancer, rules: [rule!, { ...rule!, name: '443-default', members: [rule!.members[0]!] }] }
  expect(queriesOf(shared).map(({ key }) => key.split(' ')[1])).toEqual([undefined, ...Array(4).fill('443-a/green')])
  expect(described(shared, null, AT).topology.pools![0]!.unknown).toEqual([expect.stringContaining('blue also serves another rule')])
})

test.each<[boolean, number[]]>([
  [true, [882, 98]],
  [false, []],
])('counts hits of a distribution only where the hit rate is of all its requests: %s', (readsOnly, expected) => {
  const edge: Distribution = { of: 'distribution', id: 'E', address: 'e', enabled: true, status: 'Deployed', readsOnly }
  const from = AT - 10 * MINUTE
  const told = { Requests: minutes(from, 1_000), TotalErrorRate: minutes(from, 2), CacheHitRate: minutes(from, 90) }
  const { samples } = readingsOf(edge, told, AT, null)
  expect(
    ['cache_hits_total', 'cache_misses_total'].flatMap((metric) => grown(samples, metric).map(([, count]) => Math.round(count!))),
  ).toEqual(expected)
  expect(samples.find(({ metric }) => metric === 'cloudfront_hit_ratio')?.value).toBe(0.9)
})

it('is down in AWS’s words, or up with what is not in force', () => {
  expect(() => described({ ...node, status: 'rebooting cluster nodes' }, null, AT)).toThrow(
    'ElastiCache says of it: rebooting cluster nodes',
  )
  const parsed = described({ ...node, status: 'modifying', pendingReboot: true }, { values: {}, memory: {} }, AT)
  expect(parsed.topology.capabilities).toMatchObject([
    { feature: 'parameters', available: true },
    { feature: 'parameters in force', available: false },
  ])
  expect(parsed.samples).toEqual([])
})

it('knows the memory that data may have', () => {
  const memory = { t: 1_000 }
  expect(memoryOf(node, { values: { 'reserved-memory-percent': '25' }, memory })).toBe(750)
  expect(memoryOf({ ...node, engine: 'memcached' }, { values: {}, memory })).toBe(1_000)
  expect(memoryOf({ ...node, nodeType: 'other' }, { values: {}, memory })).toBeUndefined()
})

it('names nodes of a cluster of several, and knows no role where none is told', () => {
  const nodes = [{ CacheNodeId: '0001' }, { CacheNodeId: '0002', Endpoint: { Address: 'h', Port: 1 } }]
  expect(nodesOf([{ CacheClusterId: 'm', NumCacheNodes: 2, CacheNodes: nodes }], [])).toMatchObject([
    { id: 'm:0001', address: 'm', role: null },
    { id: 'm:0002', address: 'h:1', parameterGroup: null },
  ])
})

it('reads forward actions of one target group and of several, and none of a redirect', () => {
  const arn = 'arn:aws:elasticloadbalancing:r:1:targetgroup/blue/1'
  const rule = (Actions: object[]) => forwardOf({ Port: 80 }, { RuleArn: 'a/b/c', Priority: '5', Actions: Actions as never })
  expect(rule([{ Type: 'forward', TargetGroupArn: arn }])).toMatchObject({ name: '80-c', members: [{ name: 'blue', weight: 1 }] })
  expect(rule([{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: arn, Weight: 0 }] } }])?.members[0]?.weight).toBe(0)
  expect(rule([{ Type: 'redirect' }])).toBeNull()
  const states = ['healthy', 'draining', 'unhealthy', 'unavailable', 'initial'].map((State) => ({ TargetHealth: { State } }))
  expect(healthOf(states as never)).toEqual({ of: 5, up: 2, draining: 1 })
})

it('keeps to the budget in whole minutes', () => {
  expect(monthlyCost(100, MINUTE, 0.01)).toBeCloseTo(43.83, 2)
  expect(pace(100, { budget: 50, price: 0.01 })).toBe(MINUTE)
  expect(pace(1_000, { budget: 50, price: 0.01 })).toBe(9 * MINUTE)
  expect(monthlyCost(1_000, 9 * MINUTE, 0.01)).toBeLessThan(50)
  expect([lookEvery(10, 120), lookEvery(600, 120)]).toEqual([MINUTE, 5 * MINUTE])
})

const call = { service: 'elasticache', operation: 'DescribeCacheClusters', region: 'eu-west-1' }
test.each([
  [
    {
      name: 'AccessDenied',
      message: 'User: arn:aws:iam::123456789012:user/x is not authorized to perform: elasticache:DescribeCacheClusters on resource',
    },
    'not_allowed',
    'AWS denies elasticache:DescribeCacheClusters: ',
  ],
  [{ name: 'AccessDeniedException', message: 'no' }, 'not_allowed', 'AWS denies elasticache:DescribeCacheClusters: '],
  [{ name: 'InvalidClientTokenId', message: 'arn:aws:iam::123456789012' }, 'not_allowed', 'AWS does not know the access key'],
  [{ name: 'SignatureDoesNotMatch', message: 'The request signature we calculated' }, 'not_allowed', 'the secret key does not belong'],
  [{ name: 'SignatureDoesNotMatch', message: 'Signature expired: 2026 is now earlier' }, 'not_allowed', 'the clock of this machine is off'],
  [{ name: 'RequestLimitExceeded', message: '' }, 'too_many', 'AWS throttles DescribeCacheClusters'],
  [{ name: 'Error', code: 'ECONNREFUSED', message: '' }, 'unreachable', 'nothing listens there'],
  [{ name: 'TimeoutError', message: '' }, 'unreachable', 'did not answer DescribeCacheClusters in time'],
  [{ name: 'InternalFailure', $metadata: { httpStatusCode: 500 } }, 'unreachable', 'answered DescribeCacheClusters with 500'],
  [{ name: 'CacheParameterGroupNotFound', $metadata: { httpStatusCode: 404 } }, 'not_found', 'CacheParameterGroupNotFound'],
  [{ name: 'InvalidParameterValue', message: 'bad \u0007' }, 'invalid', 'refuses DescribeCacheClusters (InvalidParameterValue): bad \\x07'],
  [undefined, 'invalid', 'refuses'],
])('says %o in words', (error, code, words) => {
  // biome-ignore format: one line
  const said = inWords(error, call)
  expect(said.code).toBe(code)
  expect(said.message).toContain(words)
  expect(said.message).not.toMatch(/123456789012|user\/x/)
})

it('names the half of a pair of keys that is missing', () => {
  expect(withoutCredentials({ AWS_ACCESS_KEY_ID: 'x' })).toContain('AWS_SECRET_ACCESS_KEY is not')
  expect(withoutCredentials({ AWS_SECRET_ACCESS_KEY: 'x' })).toContain('AWS_ACCESS_KEY_ID is not')
  expect(withoutCredentials({})).toContain('No AWS credentials were found')
})

test.each([
  ['5', '0-10', null],
  ['11', '0-10', '0-10'],
  ['-1', '-1-10', null],
  ['x', '0-10', '0-10'],
  ['yes', 'yes,no', null],
  ['maybe', 'yes,no', 'yes,no'],
  ['7', '-1,5-10', null],
  ['anything', '', null],
  ['7', '1-', null],
])('a parameter %s of %s', (value, allowed, expected) => {
  expect(notAllowed(value, allowed)).toBe(expected)
})
