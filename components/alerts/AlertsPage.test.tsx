import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { NuqsTestingAdapter } from 'nuqs/adapters/testing'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test, vi } from 'vitest'
import type { AlertRouteView } from '@/lib/model/answers/alertRoute.ts'
import type { HeartbeatView } from '@/lib/model/answers/heartbeat.ts'
import type { ShadowView } from '@/lib/model/answers/shadow.ts'
import type { SilenceView } from '@/lib/model/answers/silence.ts'
import { AlertsPage } from './AlertsPage.tsx'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push() {} }),
  useSearchParams: () => new URLSearchParams(),
  usePathname: () => '/alerts',
}))

const AT = '2026-11-28T12:00:00.000Z'
const none = { items: [], next: null, total: 0 }
type Given = { silences?: SilenceView[]; heartbeat?: HeartbeatView; route?: Partial<AlertRouteView>; shadow?: ShadowView; search?: string }

/** The page as it is first painted, with answers that have come. */
function paint({ silences = [], heartbeat = { configured: false }, route, shadow, search = '' }: Given): string {
  const client = new QueryClient()
  const asked = { rule: '', severity: 'critical', target: '', ...Object.fromEntries(new URLSearchParams(search)) }
  if (route) client.setQueryData(['alerts', 'route', asked], { at: AT, labels: {}, items: [], notes: [], ...route })
  if (shadow) client.setQueryData(['alerts', 'shadow'], shadow)
  return renderToStaticMarkup(
    <NuqsTestingAdapter searchParams={search}>
      <QueryClientProvider client={client}>
        <AlertsPage
          deliveries={none}
          silences={{ ...none, items: silences }}
          receivers={none}
          heartbeat={heartbeat}
          rules={['cache/x']}
          targets={['cache-a']}
        />
      </QueryClientProvider>
    </NuqsTestingAdapter>,
  )
}

test('where a finding would go: who is told, and why somebody is not', () => {
  const item = { channels: ['slack'], route: 0, group: { target: 'cache-a' }, because: 'at once', when: AT }
  const painted = paint({
    search: 'target=cache-a',
    route: {
      items: [
        { ...item, receiver: 'ops', told: true },
        { ...item, receiver: 'dba', told: false, why: 'quiet', because: 'quiet hours' },
      ],
    },
  })
  expect(painted).toMatch(/ops \(slack\).*all of cache-a/)
  expect(painted).toMatch(/quiet hours.*dba \(slack\)/)
  expect(paint({ route: { notes: ['Nobody is told: no route matches.'] } })).toContain('Nobody is told: no route matches.')
})

test('silences by their conditions; those that are over are not there', () => {
  const silence = { id: 's', match: {}, from: AT, until: AT, by: 'ann', reason: 'upgrade' }
  const painted = paint({
    silences: [
      { ...silence, matchers: ['target=~"cache-.*"'], active: true },
      { ...silence, id: 'over', matchers: ['target="old"'], active: false },
    ],
  })
  expect(painted).toContain('target=~&quot;cache-.*&quot;')
  expect(painted).not.toContain('old')
  expect(paint({})).toContain('Nothing is muted, now or ahead of time.')
})

test('the heartbeat: none, taken, not taken, not sent', () => {
  const beat = { configured: true, everyMs: 60_000, takenAt: AT, failing: null, paused: null }
  expect(paint({})).toContain('Nobody outside would notice')
  expect(paint({ heartbeat: beat })).toMatch(/taken<.*Every 1.min/)
  expect(paint({ heartbeat: { ...beat, failing: { since: AT, answer: 'HTTP 500' } } })).toMatch(/not taken<.*HTTP 500/)
  expect(paint({ heartbeat: { ...beat, paused: 'no target is polled' } })).toMatch(/not sent<.*no target is polled/)
})

test('what would have been sent in the last week, and of what nobody would have heard', () => {
  const days = Array.from({ length: 7 }, (_, day) => ({ from: AT, firing: day }))
  const receiver = { receiver: 'ops', firing: 21, resolved: 9, digests: 1, findings: 12, days, rules: [{ rule: 'cache/x', count: 12 }] }
  const painted = paint({
    shadow: { from: AT, to: AT, findings: 20, receivers: [receiver], nobody: { findings: 8, rules: [{ rule: 'cache/y', count: 8 }] } },
  })
  expect(painted).toContain('20 findings fired. Nobody would have been told of 8: cache/y 8.')
  expect(painted).toContain('0 · 1 · 2 · 3 · 4 · 5 · 6')
  expect(painted).toContain('cache/x 12')
})
