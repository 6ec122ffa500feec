import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test, vi } from 'vitest'
import type { IncidentView } from '@/lib/model/answers/incident.ts'
import { Chain } from './Chain.tsx'

vi.mock('next/navigation', () => ({ useRouter: () => ({ push() {} }), useSearchParams: () => new URLSearchParams() }))

const HOSTILE = '<b>key\u202e'
const finding = (id: string, summary = `${id} is found`) => ({ id, summary, state: 'firing', severity: 'warning', since: `2026-01-05T12:00:0${id.length}.000Z` }) // biome-ignore format: one line
const incident = (more: Partial<IncidentView> = {}) =>
  ({
    findings: [finding('cliff', HOSTILE), finding('misses'), finding('queueing'), finding('unlinked')],
    cause: { is: 'known', findings: ['cliff'] },
    chain: [
      { from: 'cliff', to: 'misses', afterMs: 1, why: 'keys ended: 1 s later' },
      { from: 'misses', to: 'queueing', afterMs: 1, why: 'requests wait: 2 s later' },
    ],
    ...more,
  }) as unknown as IncidentView
const paint = (more?: Partial<IncidentView>) => renderToStaticMarkup(<Chain incident={incident(more)} />)

test('is lists in lists with the first cause named at its head, each finding a link, and why in words', () => {
  const page = paint()
  expect(page.match(/<ol/g)).toHaveLength(3)
  expect(page.indexOf('first cause')).toBeLessThan(page.indexOf('/findings/cliff'))
  expect(page).toContain('href="/findings/queueing"')
  expect(page).toContain('requests wait: 2 s later')
  expect(page.indexOf('without a known link')).toBeLessThan(page.indexOf('/findings/unlinked'))
})

test('writes a name of a key out, and names no cause where none is known', () => {
  const page = paint({ cause: { ...incident().cause, is: 'unknown' } })
  expect(page).not.toContain('<b>')
  expect(page).not.toContain('\u202e')
  expect(page).not.toContain('first cause')
})

test('a host stands above its targets', () => {
  const page = paint({ chain: [{ from: 'host:10.0.0.5', to: 'cliff', afterMs: 0, why: 'it runs on it' }] as IncidentView['chain'] })
  expect(page).toContain('Host 10.0.0.5')
})
