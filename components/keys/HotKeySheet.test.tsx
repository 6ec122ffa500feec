import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { NuqsTestingAdapter } from 'nuqs/adapters/testing'
import type { ReactNode } from 'react'
import { prerender } from 'react-dom/static'
import { expect, test, vi } from 'vitest'
import { readRule } from '@/components/curves/rule.ts'
import type { RemediesView } from '@/lib/model/answers/remedy.ts'
import { HotKeySheet } from './HotKeySheet.tsx'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push() {} }),
  useSearchParams: () => new URLSearchParams(),
  usePathname: () => '/keys',
}))
// A sheet is drawn where the document is, which there is none of here.
vi.mock('@/components/ui/sheet.tsx', () => ({ Sheet: ({ children }: { children: ReactNode }) => children }))

async function drawn(remedies: RemediesView): Promise<string> {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } })
  client.setQueryData(['keys', 'remedies', remedies.target, remedies.key], { items: [remedies], next: null })
  const { prelude } = await prerender(
    <NuqsTestingAdapter>
      <QueryClientProvider client={client}>
        <HotKeySheet target={remedies.target} name={remedies.key} onClose={() => {}} />
      </QueryClientProvider>
    </NuqsTestingAdapter>,
  )
  return new Response(prelude).text()
}

test('the local copy of a hot key links to its curve: the lab of its cache, with that local cache filled in', async () => {
  const html = await drawn({
    target: 'cache a',
    key: 'product:7',
    perSecond: 900,
    remedies: [
      { id: 'local-cache', title: 'A copy', off: { low: 800, high: 899 }, because: 'b', local: { keys: 10_000, ttlMs: 1_000 } },
      { id: 'split', title: 'The key split', off: null, because: 'c' },
    ],
  })
  expect(html).toMatch(/Accessed.*900/)
  const links = [...html.matchAll(/href="(\/curves[^"]*)"/g)].map(([, href]) => href!.replaceAll('&amp;', '&'))
  expect(links.length).toBe(1)
  const query = new URL(links[0]!, 'http://x').searchParams
  expect(query.get('target')).toBe('cache a')
  expect(readRule(query.get('with')!)).toMatchObject({ local: { keys: 10_000, ttlMs: 1_000 } })
})

test('a rate that is not known is not shown as one', async () => {
  const html = await drawn({
    target: 'cache a',
    key: 'product:7',
    perSecond: null,
    remedies: [{ id: 'local-cache', title: 'A copy', off: null, because: 'b' }],
  })
  expect(html).toContain('How often it is accessed is not known.')
  expect(html).toContain('no number')
  expect(html).not.toContain('Accessed')
})
