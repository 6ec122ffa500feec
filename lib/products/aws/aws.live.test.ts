import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FakeAws, startAws } from '../../../test/aws/cloud.ts'
import { BALANCER, BLUE, DISTRIBUTION_ARN, GREEN, GROUP_ARN, LISTENER, PER_MINUTE, RULE, shop } from '../../../test/aws/shop.ts'
import { createBus } from '../../engine/bus.ts'
import { createEngine } from '../../engine/engine.ts'
import { createFleet } from '../../engine/fleet.ts'
import { measure } from '../../metrics/measure.ts'
import type { Edit, Parsed } from '../../model/product.ts'
import { createStore } from '../../store/store.ts'
import { openAccount } from './account.ts'
import { awsActuator } from './actuator.ts'
import type { AwsConfig } from './config.ts'
import { aws } from './product.ts'

const WITHIN = { timeout: 20_000, interval: 50 }
const never = () => new AbortController().signal
const ENV = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret+of/the=tests',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
}

let fake: FakeAws
const opened: { close(): Promise<void> }[] = []

beforeEach(async () => {
  for (const [name, value] of Object.entries(ENV)) vi.stubEnv(name, value)
  fake = await startAws(shop())
})
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
  await fake[Symbol.asyncDispose]()
  vi.unstubAllEnvs()
})

/** The account's target, as the engine opens it, and what is behind it. */
async function openTarget(more: object = {}) {
  const config = aws.config.parse({ kind: 'aws', name: 'cloud', region: 'eu-west-1', endpoint: fake.url, ...more })
  const link = aws.open(config)
  opened.push({ close: () => aws.close(link) })
  const discover = () => aws.discover!(link, never())
  return { config, link, discover, read: () => readOf(link) }
}

async function readOf(link: Parameters<typeof aws.close>[0], probe = 'description'): Promise<Parsed> {
  const one = aws.probes.find(({ id }) => id === probe)!
  return one.parse(JSON.parse(JSON.stringify(await one.read(link, null, never()))), { cursor: null, at: Date.now() })
}

const behindOf = (found: AwsConfig[], name: string) => {
  const config = found.find((one) => one.name === name)!
  return { config, read: (probe?: string) => readOf(aws.open(config), probe) }
}
const because = ({ topology }: Parsed, feature: string) => topology.capabilities?.find((one) => one.feature === feature)

describe('an account', () => {
  it('shows each cache, balancer and distribution as a target, read by a few signed requests, page by page', async () => {
    const account = await openTarget()
    const found = await account.discover()
    expect(found.map(({ name, role }) => [name, role])).toEqual([
      ['cloud:shop-001', 'cache'],
      ['cloud:shop-002', 'cache'],
      ['cloud:pool:0001', 'cache'],
      ['cloud:pool:0002', 'cache'],
      ['cloud:front', undefined],
      ['cloud:EDFDVBD632BHDS5', 'cache'],
    ])
    expect(found.map((one) => aws.address(one))[0]).toBe('shop-001.abc123.0001.euw1.cache.amazonaws.com:6379')
    const node = await behindOf(found, 'cloud:shop-001').read()
    expect(node.topology.facts).toEqual({ version: 'redis 7.1.0', replication: { id: 'shop', role: 'primary' } })
    expect(node.samples).toEqual([
      { metric: 'cache_memory_max_bytes', value: 13_000 * 1024 * 1024 * 0.75 },
      { metric: 'cache_connections_max', value: 65_000 },
    ])
    expect(node.records).toContainEqual(expect.objectContaining({ kind: 'fact', id: 'config/maxmemory-policy', value: 'volatile-lru' }))
    expect(because(await behindOf(found, 'cloud:pool:0002').read(), 'parameters')).toMatchObject({
      available: false,
      because: expect.stringContaining("AWS's own"),
    })
    const front = await behindOf(found, 'cloud:front').read()
    expect(front.topology.pools).toMatchObject([
      {
        name: `443-${RULE}`,
        algorithm: 'weighted forward (rule 10: path /shop/*)',
        sticky: 'target group stickiness, 600 s',
        can: { weight: true },
        servers: [
          { name: 'blue', weightSet: 3, state: 'up', address: '2 of 2 targets healthy' },
          { name: 'green', weightSet: 1, state: 'up', address: '1 of 2 targets healthy' },
        ],
      },
      { name: '443-default', can: { weight: { because: expect.stringContaining('one target group') } }, servers: [{ name: 'static' }] },
    ])
    // Everything behind the account was told by one look: 2 pages of clusters, and so on.
    expect(fake.asked.filter((one) => one === 'elasticache:DescribeCacheClusters')).toHaveLength(2)
  })

  it('tells what CloudWatch costs, keeps to its budget, and asks in batches', async () => {
    const account = await openTarget()
    await account.discover()
    // 2 × 10 of Redis and one of the replica, 2 × 8 of memcached, 1 + 3 × 4 of the balancer, 3 of the distribution.
    expect(because(await account.read(), 'cost of CloudWatch')?.because).toBe(
      '53 metrics each 60 s: about 23.23 USD a month at 0.01 USD for a thousand (`price`), of 50 USD (`budget`)',
    )
    const poor = await openTarget({ budget: 5 })
    await poor.discover()
    expect(because(await poor.read(), 'cost of CloudWatch')?.because).toMatch(/^53 metrics each 300 s: about 4\.65 USD a month/)
    const [node] = await poor.discover()
    const told = await readOf(aws.open(node!), 'metrics')
    expect(told).toMatchObject({ lateMs: 420_000, topology: { facts: { resolution: { everyMs: 60_000, lateMs: 420_000 } } } })
  })

  it('reads minutes as counters and gauges, however many pages; silence about zero is zero, and a minute that is missing a gap', async () => {
    const account = await openTarget()
    const found = await account.discover()
    fake.valuesMax = 120
    const { cloud } = fake
    const gap = Math.floor(Date.now() / 60_000) * 60_000 - 6 * 60_000
    const metric = cloud.metric
    cloud.metric = (query, minute) => (query.name === 'CacheHits' && minute === gap ? undefined : metric(query, minute))
    const { samples, stepMs, lateMs } = await behindOf(found, 'cloud:shop-002').read('metrics')
    expect({ stepMs, lateMs }).toEqual({ stepMs: 45_000, lateMs: 180_000 })
    const hits = samples.filter(({ metric }) => metric === 'cache_hits_total')
    const minutes = hits.slice(1).map(({ at = 0, value }, i) => [at - hits[i]!.at!, value - hits[i]!.value])
    // Further apart than two and a half steps: a gap, and no minute without hits.
    expect(minutes.filter(([ms]) => ms !== 60_000)).toEqual([[120_000, PER_MINUTE.hits]])
    expect(new Set(minutes.map(([, grown]) => grown))).toEqual(new Set([PER_MINUTE.hits]))
    expect(samples.findLast(({ metric }) => metric === 'elasticache_replication_lag_seconds')?.value).toBe(0.4)
    expect(samples.every(({ at = 0 }) => at <= Date.now() - 120_000)).toBe(true)
    const front = await behindOf(found, 'cloud:front').read('metrics')
    const errors = front.samples.filter(({ metric, labels }) => metric === 'pool_errors_total' && labels?.server === 'green')
    expect(errors.length).toBeGreaterThan(10)
    expect(new Set(errors.map(({ value }) => value))).toEqual(new Set([0]))
    const edge = await behindOf(found, 'cloud:EDFDVBD632BHDS5').read('metrics')
    const [one, two] = edge.samples.filter(({ metric }) => metric === 'cache_hits_total')
    expect(two!.value - one!.value).toBeCloseTo(10_000 * 0.98 * 0.9)
  })

  it('reads weighted records of the hosted zones that are named, over all pages, and writes none', async () => {
    const account = await openTarget({ zones: ['shop.example'] })
    const found = await account.discover()
    expect(found.map(({ name }) => name).at(-1)).toBe('cloud:shop.example')
    const zone = behindOf(found, 'cloud:shop.example')
    const { topology, samples } = await zone.read()
    expect(topology.pools).toMatchObject([
      {
        name: 'api.shop.example A',
        servers: [
          { name: 'front-1', address: 'front-1.eu-west-1.elb.amazonaws.com', weightSet: 0, weightEffective: 1 },
          { name: 'front-2' },
        ],
      },
      {
        name: 'www.shop.example A',
        algorithm: 'weighted records',
        ttlMs: 300_000,
        can: { weight: { because: expect.stringContaining('writes none') } },
        servers: [
          { name: 'eu', address: '192.0.2.1', weightSet: 3, weightEffective: 3, state: 'up' },
          { name: 'us', address: '192.0.2.2', weightSet: 1, weightEffective: 1, detectMs: null },
        ],
      },
    ])
    expect(topology.pools![0]).not.toHaveProperty('ttlMs')
    expect(topology.pools![1]!.servers[0]).not.toHaveProperty('detectMs')
    expect(topology.pools).toHaveLength(2)
    expect(samples).toContainEqual({ metric: 'pool_ttl_seconds', labels: { pool: 'www.shop.example A' }, value: 300 })
    expect(samples).toContainEqual({ metric: 'pool_weight_set', labels: { pool: 'www.shop.example A', server: 'eu' }, value: 3 })
    // Four pages of two records.
    expect(fake.asked.filter((one) => one === 'route53:ListResourceRecordSets')).toHaveLength(4)
    expect(aws.variant!(zone.config)!.probes.map(({ id }) => id)).toEqual(['description'])
    await expect(awsActuator.get(zone.config, ['www.shop.example A/eu/weight'], never())).rejects.toMatchObject({ code: 'invalid' })
  })

  it('asks Route 53 for nothing unless a zone is named; a zone that is not there, and a missing permission, hide nothing else', async () => {
    const without = await openTarget()
    await without.discover()
    expect(because(await without.read(), 'Route 53')).toBeUndefined()
    expect(fake.asked.filter((one) => one.startsWith('route53:'))).toEqual([])
    const wrong = await openTarget({ zones: ['spar.example'] })
    expect((await wrong.discover()).length).toBe(6)
    expect(because(await wrong.read(), 'Route 53')).toEqual({
      feature: 'Route 53',
      available: false,
      because: 'Route 53 has no hosted zone spar.example',
    })
    fake.denied.add('route53:ListResourceRecordSets')
    const denied = await openTarget({ zones: ['shop.example'] })
    await denied.discover()
    expect(because(await denied.read(), 'Route 53')?.because).toContain('AWS denies route53:ListResourceRecordSets')
  })

  it('watches what has the tags alone', async () => {
    fake.cloud.tags = {
      [GROUP_ARN]: [{ Key: 'team', Value: 'shop' }],
      [BALANCER]: [{ Key: 'team', Value: 'other' }],
      [DISTRIBUTION_ARN]: [{ Key: 'team', Value: 'shop' }],
    }
    const account = await openTarget({ tags: { team: 'shop' } })
    expect((await account.discover()).map(({ name }) => name)).toEqual(['cloud:shop-001', 'cloud:shop-002', 'cloud:EDFDVBD632BHDS5'])
    const before = fake.asked.filter((one) => one === 'elasticache:ListTagsForResource').length
    account.link.account.forget()
    await account.discover()
    // Tags are asked for once in ten minutes.
    expect(fake.asked.filter((one) => one === 'elasticache:ListTagsForResource')).toHaveLength(before)
  })
})

describe('what goes wrong is said in words, of that alone', () => {
  it('a missing permission names the IAM action, and hides nothing else', async () => {
    fake.denied.add('elasticloadbalancing:DescribeListeners')
    fake.denied.add('cloudfront:ListDistributions')
    const account = await openTarget()
    expect((await account.discover()).map(({ name }) => name)).toEqual([
      'cloud:shop-001',
      'cloud:shop-002',
      'cloud:pool:0001',
      'cloud:pool:0002',
    ])
    const parsed = await account.read()
    expect(because(parsed, 'Application Load Balancer')).toEqual({
      feature: 'Application Load Balancer',
      available: false,
      because: 'AWS denies elasticloadbalancing:DescribeListeners: allow it in the IAM policy of these credentials',
    })
    expect(because(parsed, 'CloudFront')?.because).toContain('cloudfront:ListDistributions')
    expect(because(parsed, 'ElastiCache')).toMatchObject({ available: true, because: '4 found' })
    fake.denied.add('cloudwatch:GetMetricData')
    const [node] = await account.discover()
    await expect(readOf(aws.open(node!), 'metrics')).rejects.toThrow('AWS denies cloudwatch:GetMetricData')
  })

  it.each([
    ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'another' }, 'the secret key does not belong to the access key'],
    ['an unknown key', { AWS_ACCESS_KEY_ID: 'AKIDOTHER' }, 'AWS does not know the access key'],
    ['half a pair', { AWS_SECRET_ACCESS_KEY: '' }, 'AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not'],
    ['none', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }, 'No AWS credentials were found'],
  ])('%s', async (_, env, words) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
    const account = await openTarget()
    const error = await account.read().catch((one: Error) => one)
    expect(String(error)).toContain(words)
    expect(String(error)).not.toMatch(/AKID|secret\+of|123456789012/)
  })

  it('credentials that have expired', async () => {
    fake.refusing = { status: 403, code: 'ExpiredToken', message: 'The security token included in the request is expired' }
    const account = await openTarget()
    await expect(account.read()).rejects.toThrow('The AWS credentials have expired: renew them')
  })

  it('a service that hangs, as one of the account', async () => {
    fake.hanging.add('elasticloadbalancing')
    const account = openAccount({
      region: 'eu-west-1',
      endpoint: fake.url,
      tags: {},
      budget: 50,
      price: 0.01,
      requests: 120,
      callMs: 1_500,
    })
    opened.push({ close: async () => account.close() })
    const { parts } = await account.inventory(never())
    expect(parts.balancer.error?.message).toBe('elasticloadbalancing in eu-west-1 did not answer DescribeLoadBalancers in time')
    expect([parts.cache.things.length, parts.distribution.things.length]).toEqual([4, 1])
  })

  it('throttling is waited out', async () => {
    // Of a service that gets no other call here: from then on the SDK asks more slowly.
    fake.throttled.set('cloudfront:ListDistributions', 1)
    const account = await openTarget()
    expect(await account.discover()).toHaveLength(6)
    expect(fake.asked.filter((one) => one === 'cloudfront:ListDistributions')).toHaveLength(2)
  })

  it('a look that fails keeps what was read before, marked as old', async () => {
    const account = await openTarget()
    await account.discover()
    fake.denied.add('elasticache:DescribeCacheClusters')
    account.link.account.forget()
    const found = await account.discover()
    expect(found).toHaveLength(6)
    const node = await behindOf(found, 'cloud:shop-001').read()
    expect(because(node, 'newest description')).toMatchObject({
      available: false,
      because: expect.stringMatching(/since .* UTC: AWS denies/),
    })
  })
})

describe('weights of a forward action', () => {
  const weight = (group: string, expected: string, value: string): Edit => ({
    name: `443-${RULE}/${group}/weight`,
    expect: expected,
    value,
  })
  const rule = () => fake.cloud.rules[LISTENER]![0]!

  async function front() {
    const account = await openTarget()
    return behindOf(await account.discover(), 'cloud:front')
  }

  it('are written whole, with all that stands beside them, and put back', async () => {
    const { config, read } = await front()
    const before = structuredClone(rule().Actions)
    const edits = [weight('blue', '3', '1'), weight('green', '1', '9')]
    expect(await awsActuator.get(config, [edits[0]!.name], never())).toEqual({ [edits[0]!.name]: '3' })
    await awsActuator.write(config, edits, never(), { change: 'c' })
    const [, forward] = rule().Actions
    expect(forward!.ForwardConfig).toEqual({
      TargetGroups: [
        { TargetGroupArn: BLUE, Weight: 1 },
        { TargetGroupArn: GREEN, Weight: 9 },
      ],
      TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 600 },
    })
    // The page shows it at once: the next look is a new one.
    expect((await read()).topology.pools?.[0]?.servers.map(({ weightSet }) => weightSet)).toEqual([1, 9])
    await awsActuator.write(config, [weight('blue', '1', '3'), weight('green', '9', '1')], never(), { change: 'c' })
    expect(rule().Actions).toEqual(before)
    expect(fake.asked.filter((one) => /:Modify/.test(one))).toEqual(['elasticloadbalancing:ModifyRule', 'elasticloadbalancing:ModifyRule'])
  })

  it('are not written over those of somebody else, before or at the same moment', async () => {
    const { config } = await front()
    rule().Actions[1]!.ForwardConfig!.TargetGroups[0]!.Weight = 7
    await expect(awsActuator.write(config, [weight('blue', '3', '1')], never(), { change: 'c' })).rejects.toMatchObject({
      code: 'drift',
      written: 'none',
    })
    expect(fake.asked.filter((one) => /:Modify/.test(one))).toEqual([])
    fake.denied.add('elasticloadbalancing:ModifyRule')
    await expect(awsActuator.write(config, [weight('blue', '7', '1')], never(), { change: 'c' })).rejects.toMatchObject({
      written: 'none',
      message: 'AWS denies elasticloadbalancing:ModifyRule: allow it in the IAM policy of these credentials',
    })
  })

  it('of which the values could not even be read are surely not written', async () => {
    const { config } = await front()
    const write = (name: string) => awsActuator.write(config, [{ name, expect: '3', value: '1' }], never(), { change: 'c' })
    await expect(write('443-gone/blue/weight')).rejects.toMatchObject({ code: 'not_found', written: 'none' })
    fake.denied.add('elasticloadbalancing:DescribeRules')
    await expect(write(`443-${RULE}/blue/weight`)).rejects.toMatchObject({ code: 'not_allowed', written: 'none' })
    expect(fake.asked.filter((one) => /:Modify/.test(one))).toEqual([])
  })

  it('are written with the credentials of `write` alone, which may be all that writes', async () => {
    await using files = await mkdtempDisposable(join(tmpdir(), 'evenkeel-aws-'))
    const credentials = join(files.path, 'credentials')
    await writeFile(credentials, '[tuner]\naws_access_key_id = AKIDTUNER\naws_secret_access_key = secret+of/the=tuner\n')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', credentials)
    fake.keys.push({ id: 'AKIDTUNER', secret: 'secret+of/the=tuner' })
    fake.readers.add('AKIDEXAMPLE')
    const of = async (more: object) => behindOf(await (await openTarget(more)).discover(), 'cloud:front').config
    const write = async (more: object) => awsActuator.write(await of(more), [weight('blue', '3', '1')], never(), { change: 'c' })
    await expect(write({})).rejects.toMatchObject({ code: 'not_allowed', written: 'none' })
    await expect(write({ write: { profile: 'nobody' } })).rejects.toMatchObject({
      code: 'not_allowed',
      message: expect.stringContaining('profile nobody of `write`'),
    })
    await write({ write: { profile: 'tuner' } })
    expect(rule().Actions[1]!.ForwardConfig!.TargetGroups[0]!.Weight).toBe(1)
    // What only reads never signs with them.
    fake.keys = fake.keys.filter(({ id }) => id !== 'AKIDTUNER')
    expect(await awsActuator.get(await of({ write: { profile: 'tuner' } }), [`443-${RULE}/blue/weight`], never())).toEqual({
      [`443-${RULE}/blue/weight`]: '1',
    })
  })

  it('of a listener with one target group are refused, as is what does not exist', async () => {
    const { config } = await front()
    await expect(
      awsActuator.write(config, [{ name: '443-default/static/weight', expect: '1', value: '2' }], never(), { change: 'c' }),
    ).rejects.toThrow('one target group')
    await expect(awsActuator.get(config, ['443-gone/blue/weight'], never())).rejects.toMatchObject({ code: 'not_found' })
    await expect(awsActuator.get(config, [`443-${RULE}/red/weight`], never())).rejects.toMatchObject({ code: 'not_found' })
  })

  it('of the default action are those of the listener', async () => {
    fake.cloud.rules[LISTENER]![1]!.Actions = [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: BLUE, Weight: 1 }, { TargetGroupArn: GREEN, Weight: 1 }] } }] // biome-ignore format: one line
    const { config } = await front()
    await awsActuator.write(config, [{ name: '443-default/green/weight', expect: '1', value: '0' }], never(), { change: 'c' })
    expect(fake.asked).toContain('elasticloadbalancing:ModifyListener')
    expect(awsActuator.commands(config, [{ name: '443-default/green/weight', expect: '1', value: '0' }])[0]).toContain(
      'aws elbv2 modify-listener',
    )
  })
})

describe('parameters of a cache', () => {
  const edit = (name: string, expected: string, value: string): Edit => ({ name: `config/${name}`, expect: expected, value })

  async function node(name = 'cloud:shop-001') {
    const account = await openTarget()
    return behindOf(await account.discover(), name).config
  }

  it('are compared, set and put back in their group; whom it serves and what waits for a reboot is told', async () => {
    const config = await node()
    const told: string[] = []
    const cause = { change: 'c', cost: (text: string) => void told.push(text) }
    await awsActuator.write(
      config,
      [edit('maxmemory-policy', 'volatile-lru', 'allkeys-lfu'), edit('databases', '16', '32')],
      never(),
      cause,
    )
    expect(await awsActuator.get(config, ['config/maxmemory-policy', 'config/databases'], never())).toEqual({
      'config/maxmemory-policy': 'allkeys-lfu',
      'config/databases': '32',
    })
    expect(told).toEqual([
      'databases takes effect when the nodes are rebooted (pending-reboot), which Evenkeel does not do; the parameter group shop-redis7 is that of shop-001, shop-002 too',
    ])
    await awsActuator.write(config, [edit('maxmemory-policy', 'allkeys-lfu', 'volatile-lru')], never(), cause)
    await expect(awsActuator.write(config, [edit('maxmemory-policy', 'allkeys-lfu', 'noeviction')], never(), cause)).rejects.toMatchObject({
      code: 'drift',
      written: 'none',
    })
    expect(awsActuator.commands(config, [edit('maxmemory-policy', 'volatile-lru', 'noeviction')])).toEqual([
      'aws elasticache modify-cache-parameter-group --cache-parameter-group-name shop-redis7 --parameter-name-values ParameterName=maxmemory-policy,ParameterValue=noeviction',
    ])
  })

  it.each([
    ['cloud:shop-001', edit('maxclients', '65000', '10'), 'AWS lets nobody change it'],
    ['cloud:shop-001', edit('maxmemory-policy', 'volatile-lru', 'random'), 'takes volatile-lru,allkeys-lru,allkeys-lfu,noeviction'],
    ['cloud:shop-001', edit('nothing', '1', '2'), 'has no nothing'],
    ['cloud:pool:0001', edit('memcached_connections_overhead', '100', '90'), "is AWS's own and cannot be changed"],
  ])('are refused before anything is written: %s %o', async (name, wrong, words) => {
    await expect(awsActuator.write(await node(name), [wrong], never(), { change: 'c' })).rejects.toMatchObject({
      message: expect.stringContaining(words),
      written: 'none',
    })
    expect(fake.asked.filter((one) => /:Modify/.test(one))).toEqual([])
  })
})

describe('an engine that watches an account', () => {
  const store = createStore({ path: ':memory:' })
  const log = { info() {}, warn() {}, error() {}, debug() {} } as never
  afterAll(() => store.close())

  it('has figures of the newest minutes, late and not stale', async () => {
    const bus = createBus(() => {})
    const config = aws.config.parse({ kind: 'aws', name: 'cloud', region: 'eu-west-1', endpoint: fake.url })
    const fleet = createFleet({ targets: [{ config, product: aws }], edges: [], poll: { everyMs: 1_000, timeoutMs: 900 }, store, bus, log })
    const engine = createEngine({ fleet, rules: {}, detectors: [], advisors: [], store, bus, describe: () => ({ commands: [] }), log })
    engine.start()
    try {
      const fact = (name: string) => engine.topology().targets.find((target) => target.name === name)
      await vi.waitUntil(() => fact('cloud:shop-001')?.resolution && fact('cloud:front')?.resolution, WITHIN)
      const window = engine.window(900_000)
      expect(measure('cache_hit_ratio', { target: 'cloud:shop-001' }, window)).toMatchObject({ is: 'measured', value: 0.9 })
      const errors = measure('pool_error_ratio', { target: 'cloud:front', pool: `443-${RULE}` }, window)
      expect(errors.is === 'measured' && errors.value).toBeCloseTo(PER_MINUTE.errors / (PER_MINUTE.blue + PER_MINUTE.green), 4)
      expect(fact('cloud')).toMatchObject({ state: 'up' })
    } finally {
      await engine.stop()
    }
  })
})
