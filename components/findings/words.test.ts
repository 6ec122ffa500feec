import { expect, it } from 'vitest'
import type { FindingView } from '@/lib/model/answers/finding.ts'
import { byUrgency, findingTone, findingWord, subjectHref, subjectText } from './words.ts'

const finding = (state: FindingView['state'], severity: FindingView['severity'], since: string) =>
  ({ state, severity, since }) as FindingView

it('puts what needs a person first', () => {
  const all = [
    finding('resolved', 'critical', '2026-01-03T00:00:00Z'),
    finding('firing', 'warning', '2026-01-02T00:00:00Z'),
    finding('firing', 'critical', '2026-01-01T00:00:00Z'),
    finding('pending', 'critical', '2026-01-04T00:00:00Z'),
    finding('firing', 'warning', '2026-01-03T00:00:00Z'),
  ]
  expect(all.sort(byUrgency).map((f) => `${f.state} ${f.severity} ${f.since.slice(9, 10)}`)).toEqual([
    'firing critical 1',
    'firing warning 3',
    'firing warning 2',
    'pending critical 4',
    'resolved critical 3',
  ])
})

it('turns grey when it is over and says when it cannot see', () => {
  expect(findingTone(finding('resolved', 'critical', ''))).toBe('ok')
  expect(findingWord({ state: 'firing', severity: 'warning', stale: 'no samples' })).toBe('warning, stale')
})

it('escapes hostile names in texts and links', () => {
  expect(subjectText({ target: 'a', key: '<b>\u0000\n' })).toBe('a/<b>\\x00\\n')
  expect(subjectHref({ target: 'a/b', pool: '?x' })).toBe('/pools/a%2Fb/%3Fx')
})
