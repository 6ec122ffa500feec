import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { NuqsTestingAdapter } from 'nuqs/adapters/testing'
import { prerender } from 'react-dom/static'
import { expect, test, vi } from 'vitest'
import { Problem } from '@/components/frame/api.ts'
import type { AutopilotRuleView, AutopilotView, SimulatedStepView, SimulationView } from '@/lib/model/answers/autopilot.ts'
import { AutopilotPage } from './AutopilotPage.tsx'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push() {} }),
  useSearchParams: () => new URLSearchParams(),
  usePathname: () => '/autopilot',
}))

const AT = '2026-01-05T12:00:00.000Z'
const policy: AutopilotRuleView = {
  id: 'pool-weights',
  advisor: 'pool-weights',
  title: 'Shift weight off a slow server',
  fitBecause: 'A weight comes back exactly.',
  where: { team: '<b>shop' },
  max: { perHour: 4, trafficShare: 0.5 },
  hours: [],
  licence: { judged: 20, inside: 0.9, withoutRegression: 10 },
  licensed: false,
  missing: ['12 of 20 judged changes'],
  judged: 12,
  inside: 10,
  acts: false,
  because: '12 of 20 judged changes; 83.3 % inside the band, 90.0 % needed.',
  acted: 1,
  changes: ['c1'],
  revoked: null,
  returned: null,
}
const step: SimulatedStepView = {
  proposal: 'p1',
  finding: 'f1',
  at: '2026-01-02T12:00:00.000Z',
  acts: true,
  because: 'Its record was good enough.',
  what: 'app/app1/weight 100 to 24',
  target: 'edge',
  predicted: { metric: 'pool_response_seconds', unit: 'seconds', before: 0.12, after: 0.04, low: 0.03, high: 0.06 },
  outcome: { change: 'c1', by: 'ann', at: AT, verdict: 'improved', measured: 0.045, inside: true },
}
const simulation: SimulationView = {
  rule: 'pool-weights',
  from: '2025-12-06T12:00:00.000Z',
  to: AT,
  licence: 'earned',
  considered: 2,
  acted: 1,
  tried: 1,
  confirmed: 1,
  regressed: 0,
  unanswered: 0,
  steps: [step, { ...step, proposal: 'p2', acts: false, because: '2 of 20 judged changes.', outcome: null, predicted: null }],
  unknown: ['Nobody knows.'],
}
const view = (patch: Partial<AutopilotView> = {}): AutopilotView => ({
  items: [policy],
  made: [
    { change: 'c1', rule: 'pool-weights', at: AT, target: 'edge', what: 'app/app1/weight 100 to 24', state: 'kept', verdict: 'improved' },
  ],
  held: null,
  fit: [{ advisor: 'pool-weights', title: 'Shift weight off a slow server', because: 'A weight comes back exactly.' }],
  ...patch,
})

async function html(initial: AutopilotView, search = '', failure?: Problem): Promise<string> {
  const client = new QueryClient({
    defaultOptions: { queries: { retry: false, retryOnMount: false, staleTime: Number.POSITIVE_INFINITY } },
  })
  const where = initial.items.length > 0 ? 'team=<b>shop' : ''
  const query = { advisor: 'pool-weights', where, days: 30, licence: 'earned', perHour: 4 }
  const key = ['autopilot', 'simulate', query]
  if (failure) await client.prefetchQuery({ queryKey: key, queryFn: () => Promise.reject(failure) })
  else client.setQueryData(key, simulation)
  const { prelude } = await prerender(
    <NuqsTestingAdapter searchParams={search}>
      <QueryClientProvider client={client}>
        <AutopilotPage initial={initial} mayAct />
      </QueryClientProvider>
    </NuqsTestingAdapter>,
  )
  return new Response(prelude).text()
}
/** As a person reads it. */
const textOf = (page: string) => page.replace(/<!-- -->/g, '').replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ') // biome-ignore format: one line

test('each policy says what is missing, what was done, and what would have been done', async () => {
  const page = await html(view())
  const text = textOf(page)
  expect(text).toContain('1 policy, 0 with a licence.')
  expect(text).toContain('not earned yet')
  expect(text).toContain('edge: app/app1/weight 100 to 24')
  expect(text).toContain('Of 2 problems it would have acted on 1.')
  expect(text).toContain('2 of 20 judged changes.')
  expect(text).toContain('Nobody knows.')
  expect(page).not.toContain('<b>shop')
})

test('a lost licence is told in the row, and what holds all is told once', async () => {
  const lost = { ...policy, revoked: { at: AT, change: 'c1', by: 'autopilot' }, because: 'Its licence was taken away by change c1.' }
  const text = textOf(await html(view({ items: [lost], held: 'The mode is observe: nothing is written to a target.' })))
  expect(text).toContain('taken away')
  expect(text).toContain('The mode is observe: nothing is written to a target.')
})

test('without a policy the page says how one is written; nothing made is said', async () => {
  const text = textOf(await html(view({ items: [], made: [] })))
  expect(text).toContain('Nothing is applied without a click')
  expect(text).toContain('advisor: pool-weights')
  expect(textOf(await html(view({ made: [] })))).toContain('It has applied nothing yet.')
})

test('a policy that is gone and a past that cannot be replayed are said', async () => {
  expect(textOf(await html(view(), '?policy=other'))).toContain('There is no policy other.')
  const failed = new Problem(409, 'busy', 'Busy', 'A simulation is running.')
  expect(textOf(await html(view(), '', failed))).toContain('A simulation is running.')
})
