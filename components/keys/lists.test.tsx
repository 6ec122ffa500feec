import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { NuqsTestingAdapter } from 'nuqs/adapters/testing'
import type { ReactNode } from 'react'
import { prerender } from 'react-dom/static'
import { expect, test, vi } from 'vitest'
import type { BigKeyView } from '@/lib/model/answers/key.ts'
import type { KeyDifferenceView } from '@/lib/model/answers/remedy.ts'
import type { FingerprintView } from '@/lib/model/answers/slow.ts'
import { BigKeys } from './BigKeys.tsx'
import { KeyCompare } from './KeyCompare.tsx'
import { SlowKinds } from './SlowKinds.tsx'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push() {} }),
  useSearchParams: () => new URLSearchParams(),
  usePathname: () => '/keys',
}))

/** A list as the server paints it; `known`: what a browser would have fetched, by the beginning of its key. */
async function paint(list: ReactNode, known: Record<string, unknown[]> = {}): Promise<string> {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } })
  const build = client.getQueryCache().build.bind(client.getQueryCache())
  client.getQueryCache().build = ((...args: Parameters<typeof build>) => {
    const query = build(...args)
    const items = known[(args[1].queryKey as string[]).slice(0, 2).join(' ')]
    const page = { items, next: null }
    const inParts = args[1].queryKey?.[2] === 'rows'
    if (items && query.state.status === 'pending') query.setData((inParts ? page : { pages: [page], pageParams: [''] }) as never)
    return query
  }) as typeof build
  const { prelude } = await prerender(
    <NuqsTestingAdapter>
      <QueryClientProvider client={client}>{list}</QueryClientProvider>
    </NuqsTestingAdapter>,
  )
  return (await new Response(prelude).text()).replace(/<!--.*?-->/g, '').replaceAll('\u00a0', ' ')
}

/** What stands under a name where its column does not fit. */
const under = (page: string) => [...page.matchAll(/<span class="block text-dim text-xs (?:sm|md):hidden">(.*?)<\/span>/g)].map(([, text]) => text) // biome-ignore format: one line

test('where the column of targets does not fit, each key names its target below', async () => {
  const key = { target: 'cache-a', key: 'cart:<b>', bytes: 2 ** 21, type: 'hash' } as BigKeyView
  const page = await paint(<BigKeys first={{ scope: '', page: { items: [key], next: null } }} />)
  expect(under(page)).toEqual(['cache-a, hash'])
  expect(page).toContain('cart:&lt;b&gt;')
})

test('two samplings stand side by side, each name with its target', async () => {
  const stated = (share: number) => ({ share, low: share - 0.01, high: share + 0.01, perSecond: 10 })
  const at = { beforeAt: '2026-01-01T00:00:00.000Z', afterAt: '2026-01-01T00:10:00.000Z' }
  const rows: KeyDifferenceView[] = [
    { target: 'cache-a', name: 'product:1', before: stated(0.3), after: null, change: 'gone', ...at },
    { target: 'cache-b', name: 'product:2', before: null, after: stated(0.2), change: 'appeared', ...at },
  ]
  const page = await paint(<KeyCompare />, { 'keys samplings': [], 'keys compare': rows })
  expect(under(page).sort()).toEqual(['cache-a', 'cache-b'])
  expect(page).toContain('−30.0 points')
  expect(page).toContain('+20.0 points')
})

test('a kind of slow command names the servers that logged it', async () => {
  const kind = {
    ...{ fingerprint: 'SMEMBERS tags:*', log: 'slow', count: 3, total: 9_000, max: 4_000, clients: [], targets: ['a', 'b', 'c'] },
    ...{ trend: [0, 1], firstAt: '2026-01-01T00:00:00.000Z', lastAt: '2026-01-01T00:10:00.000Z', maxAt: { target: 'a', key: null } },
  } as unknown as FingerprintView
  expect(under(await paint(<SlowKinds />, { 'slow kinds': [kind] }))).toEqual(['a and 2 more'])
})
