import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { NuqsTestingAdapter } from 'nuqs/adapters/testing'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test, vi } from 'vitest'
import type { ReviewRow, ReviewView } from '@/lib/model/answers/review.ts'
import { ReviewPage } from './ReviewPage.tsx'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push() {} }),
  useSearchParams: () => new URLSearchParams(),
  usePathname: () => '/review',
}))

const AT = '2026-11-28T12:10:00.000Z'
const window = { from: '2026-11-28T12:00:00.000Z', to: AT }
const row = (more: Partial<ReviewRow>): ReviewRow => ({
  id: 'x',
  about: 'cache-a',
  href: '/targets/cache-a',
  what: 'Hit ratio',
  is: 'well',
  measured: { value: 0.9, unit: 'ratio', low: 0.88, high: 0.92 },
  window,
  follows: 'It answers most of what it is asked.',
  change: null,
  ...more,
})
const of = (rows: ReviewRow[], more: Partial<ReviewView> = {}): ReviewView => ({
  at: AT,
  window,
  lead: 'Nothing is to be done.',
  counts: { act: 0, watch: 0, gap: 0, well: rows.length },
  pains: [],
  painsLeft: 0,
  steps: [{ id: 'demand', title: 'Demand', question: 'What is read?', rows, left: 0 }],
  checklist: [],
  ...more,
})

/** The page as it is first painted. */
const paint = (review: ReviewView) =>
  renderToStaticMarkup(
    <NuqsTestingAdapter>
      <QueryClientProvider client={new QueryClient()}>
        <ReviewPage initial={review} />
      </QueryClientProvider>
    </NuqsTestingAdapter>,
  )

test('a row shows what was measured, with its interval and its time', () => {
  const painted = paint(of([row({})]))
  expect(painted).toContain('90.0')
  expect(painted).toContain('88.0 to 92.0')
  expect(painted).toContain('over 10\u00a0min')
  expect(painted).toContain('href="/targets/cache-a"')
})

test('a gap says why, and the change that is open is a link', () => {
  const gap = row({ is: 'gap', measured: { because: 'hits are not reported' }, window: null })
  const act = row({ id: 'y', is: 'act', change: { text: 'cache-a config/maxmemory 1 → 2', href: '/findings/f1' } })
  const painted = paint(of([act, gap]))
  expect(painted).toContain('not measured: hits are not reported')
  expect(painted).toContain('href="/findings/f1"')
  expect(painted).toContain('1 to do')
})

test('pain points stand in their order with what they cost', () => {
  const pain = (id: string): ReviewView['pains'][number] => ({
    id,
    title: 'Hit ratio fell',
    text: `It is ${id}`,
    about: 'cache-a',
    href: `/findings/${id}`,
    severity: 'warning',
    cost: { value: 12, what: 'reads lost to the origin a second' },
    money: { perMonth: 26.3, currency: 'EUR' },
    window,
    change: { text: 'Look closer', href: `/findings/${id}` },
  })
  const painted = paint(of([], { pains: [pain('first'), pain('second')], painsLeft: 3 }))
  expect(painted.indexOf('It is first')).toBeLessThan(painted.indexOf('It is second'))
  expect(painted).toContain('12 reads lost to the origin a second')
  expect(painted).toContain('26.30 EUR a month')
  expect(painted).toContain('3 more')
})

test('a fleet of which little is measured is told what brings it', () => {
  expect(paint(of([row({ is: 'gap', measured: { because: 'no cache is watched' } })]))).toContain('Little is measured yet')
  expect(paint(of([row({})]))).not.toContain('Little is measured yet')
})
