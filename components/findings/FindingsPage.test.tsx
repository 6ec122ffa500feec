import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { NuqsTestingAdapter } from 'nuqs/adapters/testing'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test, vi } from 'vitest'
import type { FindingView } from '@/lib/model/answers/finding.ts'
import { FindingsPage } from './FindingsPage.tsx'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push() {} }),
  useSearchParams: () => new URLSearchParams(),
  usePathname: () => '/findings',
}))

const finding = (id: string) =>
  ({
    id,
    rule: 'balancer/slow-server',
    severity: 'critical',
    state: 'firing',
    subject: { target: 'edge' },
    summary: `${id} is slow`,
    since: '2026-01-01T00:00:00.000Z',
    proposals: [],
    silencedBy: [],
  }) as unknown as FindingView

/** The page as the server first paints it. */
const paint = (items: FindingView[], total: number, info = 0) =>
  renderToStaticMarkup(
    <NuqsTestingAdapter>
      <QueryClientProvider client={new QueryClient()}>
        <FindingsPage
          first={{ scope: '', page: { items, next: total > items.length ? 'more' : null, total } }}
          info={info}
          open={null}
          initialOpen={null}
        />
      </QueryClientProvider>
    </NuqsTestingAdapter>,
  )

test('the head counts what fires at the server, not what has been read of it', () => {
  expect(paint([finding('app1')], 1)).toContain('1 thing needs you.')
  expect(paint([finding('app1')], 250, 20)).toContain('230 things need you.')
  expect(paint([finding('app1')], 1)).not.toContain('Even keel')
  expect(paint([], 0)).toContain('Even keel: nothing needs you.')
})
