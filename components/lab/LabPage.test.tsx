import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { NuqsTestingAdapter } from 'nuqs/adapters/testing'
import { prerender } from 'react-dom/static'
import { expect, test, vi } from 'vitest'
import { labAddress } from '@/lib/lab/address.ts'
import { EXAMPLE, withNode } from '@/lib/lab/edit.ts'
import { writeLab } from '@/lib/lab/link.ts'
import { EMPTY_LAB, type LabState } from '@/lib/lab/state.ts'
import type { RingView } from '@/lib/model/answers/ring.ts'
import { LabPage } from './LabPage.tsx'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push() {} }),
  useSearchParams: () => new URLSearchParams(),
  usePathname: () => '/lab',
}))

const ring = {
  name: 'products',
  spec: EXAMPLE,
  control: { target: 'cache-a', key: 'k' },
  nodes: EXAMPLE.nodes.map(({ name }) => ({ name, target: name, shareSeen: name === 'cache-a' ? 0.2 : 0.4 })),
  readsPerSecond: 500,
  hitRatio: 0.9,
  followers: [],
} as unknown as RingView

/** The page as the server first paints it. */
const paint = async (lab: string | Record<string, string>, rings: RingView[] = [ring]) => {
  const { prelude } = await prerender(
    <NuqsTestingAdapter searchParams={typeof lab !== 'string' ? lab : lab ? { lab } : {}}>
      <QueryClientProvider client={new QueryClient()}>
        <LabPage rings={{ items: rings, next: null }} pools={{ items: [], next: null }} />
      </QueryClientProvider>
    </NuqsTestingAdapter>,
  )
  return (await new Response(prelude).text()).replace(/<!--.*?-->/g, '')
}
const link = (state: Partial<LabState>) => writeLab({ ...EMPTY_LAB, ...state })

test('a link paints what it says at once: the edit, what moves, where keys are, and the change it would be', async () => {
  const after = { ...EXAMPLE, nodes: EXAMPLE.nodes.map((node, at) => ({ ...node, points: 100 + 30 * at })) }
  const page = await paint(link({ of: 'ring:products', after, keys: ['product:1'] }))
  expect(page).toContain('aria-label="What moves"')
  expect(page).toContain('Cold misses')
  expect(page).toContain('Apply points of 2 nodes')
  expect(page).toContain('cache-b points')
  expect(page).toContain('130')
  expect(page).toContain('product:1')
})

test('without a link the first known ring is on the bench, else one to describe', async () => {
  expect(await paint('')).toContain('<option value="ring:products" selected="">')
  expect(await paint('', [])).toContain('describe it, then change it')
})

test('an address that names a known ring alone puts it on the bench', async () => {
  const others = [{ ...ring, name: 'first' }, ring]
  expect(await paint({ of: 'ring:products' }, others)).toContain('<option value="ring:products" selected="">')
  expect(await paint({ of: 'ring:gone' })).toContain('ring:gone cannot be opened')
  const of = new URL(labAddress({ ring: 'products' }), 'http://localhost').searchParams.get('of')
  expect(of).toBe('ring:products')
})

test('an address with points shows that edit of the ring', async () => {
  const href = new URL(labAddress({ ring: 'products' }, 'cache-a:100,cache-b:220'), 'http://localhost')
  const page = await paint(Object.fromEntries(href.searchParams))
  expect(page).toContain('aria-label="What moves"')
  expect(page).toContain('Apply points of 2 nodes')
})

test('what is wrong is said: in the link, in its ring, in a field', async () => {
  expect(await paint('1.xx')).toContain('cannot be read')
  expect(await paint(link({ of: 'ring:gone' }))).toContain('ring:gone cannot be opened')
  const twins = withNode(EXAMPLE)
  const page = await paint(link({ before: { ...twins, nodes: twins.nodes.map((node) => ({ ...node, name: '<b>twin' })) } }))
  expect(page).toContain('is given twice')
  expect(page).toContain('aria-invalid="true"')
  expect(page).not.toContain('<b>twin')
})
