import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { NuqsTestingAdapter } from 'nuqs/adapters/testing'
import { prerender } from 'react-dom/static'
import { expect, test, vi } from 'vitest'
import { Problem } from '@/components/frame/api.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import type { TraceView } from '@/lib/model/answers/trace.ts'
import { CurvesPage } from './CurvesPage.tsx'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push() {} }),
  useSearchParams: () => new URLSearchParams(),
  usePathname: () => '/curves',
}))

const trace = {
  ...{ id: 'aaaaaaaaaaaaaaaa', name: '<b>shop', format: 'csv', requests: 300_000, keys: 20_000, from: 0, to: 600 },
  ...{ valueBytesMean: 400, samplingRate: 1, cutAfter: null, uploadedAt: '2026-01-01T00:00:00.000Z', by: 'ana', bytes: 1e6 },
} as TraceView
const cache = {
  name: 'cache-a',
  role: 'cache',
  state: 'up',
  figures: { memoryUsed: { value: 90e6 }, readsPerSecond: { value: 500 } },
  can: {
    memory: { setting: 'config/maxmemory', unitBytes: 1, leastBytes: 1 },
    eviction: { policy: 'config/maxmemory-policy', samples: 'config/maxmemory-samples' },
  },
} as unknown as TargetView
const slabs = {
  ...cache,
  name: 'mc',
  can: { memory: { setting: 'limit_maxbytes', unitBytes: 2 ** 20, leastBytes: 8 * 2 ** 20 } },
} as unknown as TargetView

const SIZES = 16
const part = (match: string, value: number) => ({
  ...{ match, hitRatio: { value, low: value - 0.02, high: value + 0.02 }, fills: 1_000, readsShare: 0.25 },
  ...{ age: { mean: 60_000, p95: 720_000 }, held: { keys: 400, bytes: 5 * 2 ** 20 } },
})
const answer = (sizes: number[]) => ({
  points: sizes.map((bytes, at) => ({
    ...{ keys: 1_000 * (at + 1), bytes, hitRatio: 0.5 + at / 50, low: 0.48 + at / 50, high: 0.52 + at / 50, fills: 150_000 - at * 1_000 },
    ...{ age: { mean: 60_000, p95: 720_000 }, held: { keys: 900 * (at + 1), bytes: bytes - 1_000 } },
    parts: [part('product:*', 0.912), { ...part('session:*', 0), hitRatio: null }],
  })),
  ...{
    requests: 300_000,
    localHitRatio: null,
    sampledKeys: 2_000,
    patterns: [
      { pattern: 'product:*', readsShare: 0.6 },
      { pattern: 'session:*', readsShare: 0.4 },
    ],
    samplingRate: 0.1,
    method: 'Simulated by the rule of Redis.',
    basis: 'Trace "shop".',
  },
})

type Frame = { mode: 'observe' | 'tune'; role?: string }
type Painted = {
  address?: Record<string, string>
  traces?: TraceView[]
  targets?: TargetView[]
  frame?: Frame
  refused?: Problem
  present?: object
  policies?: object[]
}

/** The page as the server paints it, with the answers that a browser would have fetched. */
async function paint({
  address = {},
  traces = [trace],
  targets = [cache],
  frame = { mode: 'tune' },
  refused,
  present,
  policies = [],
}: Painted = {}) {
  const client = new QueryClient({
    defaultOptions: { queries: { retry: false, retryOnMount: false, staleTime: Number.POSITIVE_INFINITY } },
  })
  client.setQueryData(['frame'], { mode: frame.mode, saving: null, person: frame.role ? { name: 'ana', role: frame.role } : null })
  const at = '2026-01-01T00:00:00.000Z'
  client.setQueryData(['ttls', 'pages', { limit: 1_000 }], { pages: [{ items: policies, next: null }], pageParams: [''] })
  client.setQueryData(['facts', 'cache-a'], {
    items: [
      { id: 'config/maxmemory', value: '104857600', at },
      { id: 'config/maxmemory-policy', value: 'allkeys-lru', at },
    ],
    next: null,
  })
  client.setQueryData(['facts', 'mc'], {
    items: [
      { id: 'limit_maxbytes', value: '67108864', at },
      { id: 'config/maxbytes', value: '67108864', at },
    ],
    next: null,
  })
  const get = client.getQueryCache().build.bind(client.getQueryCache())
  client.getQueryCache().build = ((...args: Parameters<typeof get>) => {
    const query = get(...args)
    const [noun, question] = args[1].queryKey as [string, { sizes: { bytes?: number[] } } | null]
    if (noun !== 'curves' || !question || query.state.status !== 'pending') return query
    if (refused) query.setState({ ...query.state, status: 'error', error: refused, fetchStatus: 'idle' })
    else query.setData({ ...answer(question.sizes.bytes ?? []), ...(present && { present }) })
    return query
  }) as typeof get
  const { prelude } = await prerender(
    <NuqsTestingAdapter searchParams={address}>
      <QueryClientProvider client={client}>
        <CurvesPage targets={{ items: targets, next: null }} traces={{ items: traces, next: null }} />
      </QueryClientProvider>
    </NuqsTestingAdapter>,
  )
  return (await new Response(prelude).text())
    .replace(/<!--.*?-->/g, '')
    .replaceAll('\u00a0', ' ')
    .replaceAll('\u202f', ' ')
}

test('a trace is asked over its own sizes, and the curve is said in words and in a table', async () => {
  const page = await paint()
  expect(page).toContain('&lt;b&gt;shop')
  expect(page).not.toContain('<b>shop')
  expect(page).toMatch(/role="img" aria-label="allkeys-lru: hit ratio 50.0 % at [\d.]+ MiB to 80.0 % at [\d.]+ MiB/)
  expect(page.match(/<th scope="row"/g)!.length).toBeGreaterThanOrEqual(SIZES)
  expect(page).toContain('12 min')
  expect(page).toContain('Simulated by the rule of Redis. Trace')
  expect(page).toContain('A trace has no server')
})

test('the address is the page: source, size, policy, TTL, and the second curve', async () => {
  const page = await paint({
    address: { target: 'cache-a', memory: '200mb', with: 'allkeys-lfu,ttl:10m,jitter:0.2', vs: 'as-it-is' },
    present: { keys: 1, bytes: 104_857_600, model: 0.7, measured: 0.71 },
  })
  expect(page).toContain('<option value="target:cache-a" selected="">')
  expect(page).toContain('<option value="allkeys-lfu" selected="">')
  expect(page).not.toContain('<option value="allkeys-lru"')
  expect(page).toContain('value="200mb"')
  expect(page).toContain('8 min to 12 min')
  expect(page).toContain('Against the second')
  expect(page).toContain('The prediction is with another TTL')
  expect(page).toContain('TTL policy')
  expect(page).not.toContain('cannot be read')
})

test('each pattern of keys has a row with its figures and a TTL of its own, which the address holds', async () => {
  const present = { keys: 1, bytes: 104_857_600, model: 0.7, measured: 0.71, parts: [part('product:*', 0.87)] }
  const page = await paint({ address: { target: 'cache-a', memory: '200mb', with: 'product:*=45s/0.2' }, present })
  const table = page.slice(page.indexOf('aria-label="Patterns of keys"'))
  expect(table).toContain('(89.2 to 93.2 %)')
  expect(table).toContain('+4.2 points')
  expect(table).toContain('5242880 bytes')
  expect(table).toMatch(/aria-label="Length of product:\*"[^>]*aria-valuetext="45 s"/)
  expect(table).toContain('36 s to 54 s')
  expect(table).toContain('too few reads of these keys are known')
  expect(page).toContain('No TTL policy is of &quot;product:*&quot;')
  const policies = [{ name: 'products', match: 'product:*', ttlMs: 20_000, jitter: 0.2, version: 1 }]
  const withPolicy = await paint({ address: { target: 'cache-a', memory: '200mb', with: 'product:*=45s/0.2' }, present, policies })
  expect(withPolicy).toContain('policy products, 20 s')
  expect(withPolicy).toContain('products/ttl')
})

test('without a second curve the marked size is held against the live cache', async () => {
  const address = { target: 'cache-a', memory: '200mb' }
  expect(await paint({ address: { ...address, with: 'allkeys-lfu' } })).toContain('Apply 2 settings')
  const page = await paint({
    address,
    present: { keys: 1, bytes: 104_857_600, model: 0.4, measured: 0.41 },
  })
  expect(page).toContain('Against the present')
  expect(page).toMatch(/\+\d+\.\d points/)
  expect(page).toContain('Apply maxmemory')
})

test('of a server that takes whole MiB alone, that size is asked and set; below its least none is', async () => {
  const paintAt = (memory: string) => paint({ targets: [slabs], address: { target: 'mc', memory }, present: { keys: 1, bytes: 2 ** 26, model: 0.4, measured: 0.41 } }) // biome-ignore format: one line
  const page = await paintAt('98.4mb')
  expect(page).toContain('value="98.4mb"')
  expect(page).toMatch(/<button(?![^>]*aria-disabled="true")[^>]*>Apply limit_maxbytes</)
  expect(page).toContain('64 MiB')
  expect(page).toContain('98 MiB')
  expect(page).toContain('memcached (as it is)')
  const low = await paintAt('5mb')
  expect(low).toMatch(/<button[^>]*aria-disabled="true"[^>]*>Apply</)
  expect(low).toContain('Its server takes 8 MiB or more')
})

test('a part of a link that cannot be read is named', async () => {
  const page = await paint({ address: { trace: trace.id, with: 'lru,ttl:10m', memory: 'lots' } })
  expect(page).toContain('cannot be read')
  expect(page).toContain('lots; lru')
})

test('too little for a curve is a state with the sentence and what to do; nothing is predicted then', async () => {
  const refused = new Problem(422, 'too_little', 'Too little is known', 'There are no references of cache-a.')
  const page = await paint({ address: { target: 'cache-a', memory: '200mb' }, refused })
  expect(page).toContain('Too little is known for a curve')
  expect(page).toContain('There are no references of cache-a.')
  expect(page).toContain('Upload a trace of its requests')
  expect(page).toContain('Nothing is predicted of it')
  expect(page).not.toContain('references: {')
  const off = [{ ...cache, kind: 'redis', references: 'off' } as TargetView]
  expect(await paint({ address: { target: 'cache-a' }, targets: off, refused })).toContain('references: { from: report, keep: 6h }')
})

test('who may not is told why: a viewer uploads and deletes nothing, and in observe mode nothing is changed', async () => {
  const viewer = await paint({ address: { target: 'cache-a', memory: '200mb' }, frame: { mode: 'tune', role: 'viewer' } })
  expect(viewer.match(/This needs the role operator/g)!.length).toBeGreaterThanOrEqual(2)
  expect(viewer).toMatch(/aria-disabled="true"[^>]*aria-label="Delete|aria-label="Delete[^>]*aria-disabled="true"/)
  expect(await paint({ address: { target: 'cache-a', memory: '200mb' }, frame: { mode: 'observe' } })).toContain(
    'Nothing is written in observe mode.',
  )
})

test('with nothing to look at, the page says what brings it', async () => {
  const page = await paint({ traces: [], targets: [] })
  expect(page).toContain('No cache is watched yet')
  expect(page).toContain('Choose a trace')
  const cached = await paint({ traces: [] })
  expect(cached).toContain('Choose a cache above')
  expect(cached).toContain('choose a source')
  const reporting = await paint({ traces: [], targets: [{ ...cache, references: 'report' } as TargetView] })
  expect(reporting).toContain('<optgroup label="Caches with references"><option value="target:cache-a" selected="">')
})
