import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { ACCOUNT, OTHER_RULE, RULE, startCloudflare, TOKEN, ZONE } from '../../../test/fakeCloudflare.ts'
import type { Edit, Parsed } from '../../model/product.ts'
import { cloudflareActuator } from './actuator.ts'
import { cloudflare } from './product.ts'

let fake: Awaited<ReturnType<typeof startCloudflare>>
beforeEach(async () => {
  fake = await startCloudflare()
})
afterEach(async () => fake[Symbol.asyncDispose]())

const never = () => new AbortController().signal
const configOf = (more: object = {}) =>
  cloudflare.config.parse({ kind: 'cloudflare', name: 'edge', token: TOKEN, zone: 'example.com', api: fake.url, ...more })
async function readOf(id: string, more: object = {}): Promise<Parsed> {
  const probe = cloudflare.probes.find((one) => one.id === id)!
  return probe.parse(JSON.parse(JSON.stringify(await probe.read(cloudflare.open(configOf(more)), null, never()))), {
    cursor: null,
    at: Date.now(),
  })
}
const because = ({ topology }: Parsed, feature: string) => topology.capabilities?.find((one) => one.feature === feature)?.because
const edit = (name: string, expected: string, value: string): Edit => ({ name, expect: expected, value })
const patches = () => fake.asked.filter((one) => one.startsWith('PATCH'))

describe('a zone', () => {
  it.each([['example.com'], [ZONE]])('is found as %s, with the pools that its balancers send to and its edge TTLs', async (zone) => {
    const { topology, records } = await readOf('zone', { zone })
    expect(topology.pools).toMatchObject([
      { name: 'web', balances: 'weight', weightMax: 1, servers: [{ name: 'eu', weightSet: 0.75, state: 'up' }, { name: 'us', weightSet: 0.25 }] }, // biome-ignore format: one line
    ])
    expect(records).toContainEqual(
      expect.objectContaining({ id: `rule/${RULE}/edge_ttl`, value: '3600 s: (http.request.uri.path eq "/")' }),
    )
  })

  it('has hits and misses by the minute, late, with what sampling leaves unknown, and the ratio of each colo and path', async () => {
    const parsed = await readOf('analytics')
    const { samples, stepMs, lateMs, records } = parsed
    expect({ stepMs, lateMs }).toEqual({ stepMs: 45_000, lateMs: 240_000 })
    for (const [metric, count] of [
      ['cache_hits_total', 800],
      ['cache_misses_total', 100],
      ['cloudflare_requests_total', 1_000],
    ] as const) {
      // biome-ignore format: one line
      const own = samples.filter((one) => one.metric === metric)
      expect(own).toHaveLength(16)
      expect(new Set(own.slice(1).map(({ value }, i) => value - own[i]!.value))).toEqual(new Set([count]))
      expect(own.every(({ at = 0 }) => at <= Date.now() - 180_000)).toBe(true)
    }
    // 13,500 reads of which one of ten was counted: √(8/9 · 1/9 / 1350) · 1.96.
    expect(because(parsed, 'sampling')).toContain(
      'one of 10.0 requests was counted in the last quarter of an hour; hit ratio 88.9 % ± 1.7 (95 %)',
    )
    expect(records.map((record) => record.kind === 'raw' && record.text)).toEqual([
      'FRA  10000 requests  hit ratio 88.9 % ± 2.1\nLHR  5000 requests  hit ratio 88.9 % ± 2.9',
      '/a\\nb  15000 requests  hit ratio 88.9 % ± 1.7',
    ])
    fake.interval = 1
    expect(because(await readOf('analytics'), 'sampling')).toContain('each request was counted')
  })
})

describe('what goes wrong is said in words, of that alone', () => {
  const denied = { status: 403, errors: [{ code: 10000, message: 'Authentication error' }] }

  it('a missing permission is named, and hides nothing else', async () => {
    fake.refused.set(`GET /accounts/${ACCOUNT}/load_balancers`, denied)
    const parsed = await readOf('zone')
    expect(because(parsed, 'load-balancer pools')).toBe(
      'The token may not do this: give it the permission "Account, Load Balancing: Monitors and Pools: Read" for the zone and its account',
    )
    expect(parsed.records).toHaveLength(2)
  })

  test.each([
    ['zone', 'GET /zones', { status: 429, errors: [{ code: 10100, message: 'rate' }], retryAfter: 60 }, 'too_many', '(Retry-After 60 s)'],
    [
      'zone',
      'GET /zones',
      { status: 200, errors: [{ code: 9109, message: 'Unauthorized to access requested resource' }] },
      'not_allowed',
      '"Zone, Zone: Read"',
    ],
    ['zone', 'GET /zones', { status: 503, errors: [] }, 'unreachable', 'answered 503'],
    ['zone', 'GET /zones', { status: 400, errors: [{ code: 7000, message: 'No \u0007 route' }] }, 'invalid', '(7000): No \\x07 route'],
    [
      'analytics',
      'POST /graphql',
      { status: 200, errors: [{ code: 0, message: 'zone does not have access to the path' }] },
      'not_allowed',
      '"Zone, Analytics: Read"',
    ],
  ])('%s: %s %o', async (probe, what, answer, code, words) => {
    // biome-ignore format: one line
    fake.refused.set(what, answer)
    await expect(readOf(probe)).rejects.toMatchObject({ code, message: expect.stringContaining(words) })
  })

  it('a wrong token, an unknown zone, nobody there; the token stands nowhere', async () => {
    const errors = [
      await readOf('zone', { token: 'another' }).catch(String),
      await readOf('zone', { zone: 'example.org' }).catch(String),
      await readOf('zone', { api: 'http://127.0.0.1:1/client/v4' }).catch(String),
    ]
    expect(errors).toEqual([
      expect.stringContaining('does not know the token'),
      expect.stringContaining('The token sees no zone example.org'),
      expect.stringContaining('127.0.0.1:1 cannot be reached'),
    ])
    expect(errors.join()).not.toContain(TOKEN)
  })
})

describe('what is written', () => {
  it('weights: all origins as they stood but for these, compared first, and put back', async () => {
    const before = structuredClone(fake.pools[0]!.origins)
    const edits = [edit('web/eu/weight', '0.75', '0.5'), edit('web/us/weight', '0.25', '0.5')]
    await cloudflareActuator.write(configOf(), edits, never(), { change: 'c' })
    expect(fake.pools[0]!.origins).toEqual([
      { ...before[0], weight: 0.5 },
      { ...before[1], weight: 0.5 },
    ])
    expect(patches()).toHaveLength(1)
    await cloudflareActuator.write(configOf(), [edit('web/eu/weight', '0.5', '0.75'), edit('web/us/weight', '0.5', '0.25')], never(), {
      change: 'c',
    })
    expect(fake.pools[0]!.origins.map(({ weight }) => weight)).toEqual([0.75, 0.25])
    await expect(
      cloudflareActuator.write(
        configOf(),
        edits.map((one) => ({ ...one, expect: '0.1' })),
        never(),
        { change: 'c' },
      ),
    ).rejects.toMatchObject({ code: 'drift', written: 'none' })
    expect(patches()).toHaveLength(2)
  })

  it('an edge TTL: the rule whole, without its version, and put back', async () => {
    const name = `rule/${RULE}/edge_ttl`
    await cloudflareActuator.write(configOf(), [edit(name, '3600', '7200')], never(), { change: 'c' })
    expect(fake.rules[0]).toMatchObject({
      version: '3',
      description: 'home',
      action_parameters: { cache: true, edge_ttl: { mode: 'override_origin', default: 7200 } },
    })
    await cloudflareActuator.write(configOf(), [edit(name, '7200', '3600')], never(), { change: 'c' })
    expect(await cloudflareActuator.get(configOf(), [name], never())).toEqual({ [name]: '3600' })
    await expect(cloudflareActuator.get(configOf(), [`rule/${OTHER_RULE}/edge_ttl`], never())).rejects.toThrow('respect_origin')
    await expect(cloudflareActuator.get(configOf(), ['web/none/weight'], never())).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is whole or not at all, and never a purge', async () => {
    fake.refused.set(`PATCH /zones/${ZONE}/rulesets`, { status: 403, errors: [{ code: 10000, message: 'Authentication error' }] })
    const edits = [edit('web/eu/weight', '0.75', '0.5'), edit(`rule/${RULE}/edge_ttl`, '3600', '60')]
    await expect(cloudflareActuator.write(configOf(), edits, never(), { change: 'c' })).rejects.toThrow('"Zone, Cache Rules: Edit"')
    expect(fake.pools[0]!.origins[0]!.weight).toBe(0.75)
    expect(fake.asked.filter((one) => one.includes('purge'))).toEqual([])
    const [weight, ttl] = cloudflareActuator.settings
    for (const good of ['0', '1', '0.5', '0.05']) expect(weight!.value.safeParse(good).success, good).toBe(true)
    for (const bad of ['2', '-1', '0.123', '']) expect(weight!.value.safeParse(bad).success, bad).toBe(false)
    expect([ttl!.value.safeParse('0').success, ttl!.value.safeParse('31536000').success]).toEqual([false, true])
    expect(cloudflareActuator.commands(configOf(), edits).join()).not.toContain(TOKEN)
  })
})
