import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const ZONE = 'a'.repeat(32)
export const ACCOUNT = 'b'.repeat(32)
export const RULE = 'c'.repeat(32)
export const OTHER_RULE = 'd'.repeat(32)
export const TOKEN = 'a-token-of-the-tests'

type Answer = { status: number; errors: { code: number; message: string }[]; retryAfter?: number }

/**
 * A server that speaks as much of Cloudflare's API v4 as Evenkeel asks, written from its published description: the envelope with `success` and
 * `errors`, pages, GraphQL's errors with status 200, whole lists in a PATCH of a pool, whole rules and rising versions in rulesets.
 */
export async function startCloudflare() {
  const fake = {
    url: '',
    asked: [] as string[],
    /** By the beginning of `METHOD path`: how it is refused. */
    refused: new Map<string, Answer>(),
    version: 5,
    pools: [
      {
        id: 'p1',
        name: 'web',
        enabled: true,
        healthy: true,
        origins: [
          { name: 'eu', address: '192.0.2.1', enabled: true, weight: 0.75, header: { Host: ['eu.example'] } },
          { name: 'us', address: '192.0.2.2', enabled: true, weight: 0.25 },
        ] as Record<string, unknown>[],
        origin_steering: { policy: 'random' },
      },
      { id: 'p2', name: 'another-zone', enabled: true, healthy: true, origins: [], origin_steering: { policy: 'random' } },
    ],
    rules: [
      {
        id: RULE,
        version: '2',
        action: 'set_cache_settings',
        expression: '(http.request.uri.path eq "/")',
        description: 'home',
        enabled: true,
        last_updated: '2026-01-01T00:00:00Z',
        action_parameters: { cache: true, edge_ttl: { mode: 'override_origin', default: 3600 } },
      },
      {
        id: OTHER_RULE,
        version: '1',
        action: 'set_cache_settings',
        expression: 'true',
        enabled: true,
        action_parameters: { cache: true, edge_ttl: { mode: 'respect_origin' } },
      },
    ] as Record<string, unknown>[],
    interval: 10,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  type Fake = typeof fake
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => answer(fake, request, body, response))
  })

  function answer(fake: Fake, request: IncomingMessage, text: string, response: ServerResponse): void {
    const url = new URL(request.url!, 'http://x')
    const path = url.pathname.replace('/client/v4', '')
    const what = `${request.method} ${path}`
    fake.asked.push(what)
    const end = (status: number, body: unknown, headers = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    const fail = ({ status, errors, retryAfter }: Answer) =>
      end(
        status,
        path === '/graphql' ? { data: null, errors } : { success: false, errors, messages: [], result: null },
        retryAfter ? { 'retry-after': retryAfter } : {},
      )
    const done = (result: unknown, pages = 1) =>
      end(200, {
        success: true,
        errors: [],
        messages: [],
        result,
        result_info: { page: Number(url.searchParams.get('page') ?? 1), total_pages: pages },
      })
    if (request.headers.authorization !== `Bearer ${TOKEN}`)
      return void fail({ status: 401, errors: [{ code: 1000, message: 'Invalid API Token' }] })
    const refused = [...fake.refused].find(([begin]) => what.startsWith(begin))
    if (refused) return void fail(refused[1])
    const body = text === '' ? {} : JSON.parse(text)
    if (what === 'POST /graphql') return void end(200, { data: { viewer: { zones: [analytics(fake, body)] } }, errors: null })
    const zone = { id: ZONE, name: 'example.com', status: 'active', paused: false, account: { id: ACCOUNT, name: 'shop' } }
    if (what === 'GET /zones') return void done(url.searchParams.get('name') === 'example.com' ? [zone] : [])
    if (what === `GET /zones/${ZONE}`) return void done(zone)
    if (what === `GET /zones/${ZONE}/load_balancers`)
      return void done([{ id: 'l1', name: 'www.example.com', default_pools: ['p1'], fallback_pool: 'p1', region_pools: {} }])
    // A pool a page.
    if (what === `GET /accounts/${ACCOUNT}/load_balancers/pools`)
      return void done([fake.pools[Number(url.searchParams.get('page')) - 1]], fake.pools.length)
    if (what === `GET /zones/${ZONE}/rulesets/phases/http_request_cache_settings/entrypoint`)
      return void done({ id: 'r1', phase: 'http_request_cache_settings', version: String(fake.version), rules: fake.rules })
    const pool = fake.pools.find(({ id }) => what === `PATCH /accounts/${ACCOUNT}/load_balancers/pools/${id}`)
    if (pool) {
      const origins = body.origins as Record<string, unknown>[]
      const wrong = origins.find(
        (origin) =>
          'disabled_at' in origin || !(Number(origin.weight) >= 0 && Number(origin.weight) <= 1) || typeof origin.address !== 'string',
      )
      if (wrong) return void fail({ status: 400, errors: [{ code: 1002, message: 'origins: validation failed' }] })
      pool.origins = origins
      return void done(pool)
    }
    const at = fake.rules.findIndex(({ id }) => what === `PATCH /zones/${ZONE}/rulesets/r1/rules/${id}`)
    if (at < 0) return void fail({ status: 404, errors: [{ code: 7003, message: 'Could not route' }] })
    if ('version' in body || 'last_updated' in body || body.action !== 'set_cache_settings' || typeof body.expression !== 'string')
      return void fail({ status: 400, errors: [{ code: 20021, message: 'a rule is sent whole, without its version' }] })
    fake.version++
    fake.rules[at] = { ...body, id: fake.rules[at]!.id, version: String(Number(fake.rules[at]!.version) + 1), last_updated: 'now' }
    done({ id: 'r1', version: String(fake.version), rules: fake.rules })
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/client/v4`
  return fake
}

/** A thousand requests a minute: 800 hits, 100 misses, 100 that are not cached. */
function analytics(
  { interval }: { interval: number },
  { query, variables }: { query: string; variables: { zone: string; from: string; to: string } },
) {
  if (!query.includes('httpRequestsAdaptiveGroups') || variables.zone !== ZONE) throw new Error('query')
  const counts = { hit: 700, revalidated: 100, miss: 80, expired: 20, dynamic: 100 }
  const groups = (dimensions: object, times = 1) =>
    Object.entries(counts).map(([cacheStatus, count]) => ({
      count: count * times,
      avg: { sampleInterval: interval },
      dimensions: { ...dimensions, cacheStatus },
    }))
  const [from, to] = [Date.parse(variables.from), Date.parse(variables.to)]
  const minutes = Array.from({ length: (to - from) / 60_000 }, (_, i) =>
    groups({ datetimeMinute: new Date(from + i * 60_000).toISOString() }),
  )
  return {
    minutes: minutes.flat(),
    colos: [...groups({ coloCode: 'FRA' }, 10), ...groups({ coloCode: 'LHR' }, 5)],
    paths: groups({ clientRequestPath: '/a\nb' }, 15),
  }
}
