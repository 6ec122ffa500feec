import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { prerender } from 'react-dom/static'
import { expect, test, vi } from 'vitest'
import { RetimeKeys } from './RetimeKeys.tsx'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push() {} }),
  useSearchParams: () => new URLSearchParams(),
  usePathname: () => '/changes',
}))

const plan = { target: 'cache-a', text: 'About 20 000 keys of <b>:* on cache-a live on.', commands: ['SCAN CURSOR MATCH <b>:* COUNT 500'] }

/** The plan as the server paints it. */
async function paint(more: { because?: string } = {}, frame: object = { mode: 'tune' }) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } })
  client.setQueryData(['frame'], { saving: null, person: null, ...frame })
  const { prelude } = await prerender(
    <QueryClientProvider client={client}>
      <RetimeKeys change="c1" plan={{ ...plan, ...more }} />
    </QueryClientProvider>,
  )
  return new Response(prelude).text()
}
const DISABLED = /\s(aria-)?disabled="(true)?"/
const button = (page: string) => /<button[^>]*>.*?<\/button>/s.exec(page)![0]

test('the plan and what is sent are shown, and the button begins it', async () => {
  const page = await paint()
  expect(page).toContain('About 20 000 keys of &lt;b&gt;:* on cache-a live on.')
  expect(page).toContain('SCAN CURSOR MATCH &lt;b&gt;:* COUNT 500')
  expect(button(page)).toContain('Re-time them')
  expect(button(page)).not.toMatch(DISABLED)
})
test.each([
  ['They are being re-timed: change c2.', { because: 'They are being re-timed: change c2.' }, {}],
  ['Nothing is written in observe mode.', {}, { mode: 'observe' }],
  ['This needs the role operator; yours is viewer.', {}, { mode: 'tune', person: { name: 'ana', role: 'viewer' } }],
])('it may not be pressed, and says why: %s', async (why, more, frame) => {
  const page = await paint(more, frame)
  expect(button(page)).toMatch(DISABLED)
  expect(page).toContain(why)
})
