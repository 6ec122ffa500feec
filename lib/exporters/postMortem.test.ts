import { expect, it } from 'vitest'
import type { ChangeView } from '../model/answers/change.ts'
import type { DeliveryView } from '../model/answers/delivery.ts'
import type { IncidentView } from '../model/answers/incident.ts'
import { postMortem } from './postMortem.ts'

const at = '2026-01-05T12:00:00.000Z'
const HOSTILE = '<script>|[x](http://evil) www.evil @all `a`\n# b'
const incident = {
  id: 'i/1',
  state: 'resolved',
  since: at,
  resolvedAt: '2026-01-05T12:10:00.000Z',
  severity: 'critical',
  title: `hot key ${HOSTILE}`,
  summary: `hot key ${HOSTILE}`,
  cause: {
    is: 'unknown',
    name: HOSTILE,
    text: `First seen: hot key ${HOSTILE}. Its cause is not known.`,
    findings: ['f1'],
    hosts: [],
    follow: 0,
    beside: 0,
  },
  chain: [{ from: 'host:h', to: 'f1', afterMs: 0, why: `it runs on ${HOSTILE}` }],
  findings: [
    {
      id: 'f1',
      rule: 'cache/hot-key',
      subject: { target: 'cache-a', key: HOSTILE },
      summary: `hot key ${HOSTILE}`,
      why: 'One key takes the reads.',
      since: at,
      firingAt: at,
      evidence: [{ label: 'share', value: 0.25, unit: 'ratio', threshold: 0.1, from: 0, to: 1, metric: 'x', where: {} }],
    },
  ],
  changes: ['c1'],
  timeline: [
    { at, what: 'firing', text: `hot key ${HOSTILE}` },
    { at: '2026-01-06T00:00:01.000Z', what: 'comment', text: 'ann: done' },
  ],
} as unknown as IncidentView
const change = {
  id: 'c1',
  at,
  by: 'ann',
  state: 'kept',
  verdict: 'no_effect',
  steps: [{ setting: { target: 'edge', name: 'app/a/weight' }, before: '100', after: '20' }],
  prediction: { before: 0.2, after: 0.1, unit: 'seconds' },
  measured: { before: 0.2, after: 0.11, low: 0.1, high: 0.12 },
} as unknown as ChangeView
const delivery = { at, receiver: 'ops', channel: 'slack', status: 'firing', state: 'delivered', reason: 'HTTP 200' } as DeliveryView

it('fills in what was measured, done and told, in the order of the incident', () => {
  const text = postMortem({ incident, changes: [change], deliveries: [delivery], url: 'https://keel.example' })
  expect(text.match(/^## .*$/gm)).toEqual([
    '## Impact',
    '## Root cause',
    '## What was measured',
    '## What was done',
    '## Who was told',
    '## Timeline',
    '## What went well, what did not, where we were lucky',
    '## Action items',
  ])
  expect(text).toContain('* Ended: 2026-01-05 12:10:00 UTC, after 10\u00a0min')
  expect(text).toContain('https://keel.example/incidents/i%2F1')
  expect(text.replaceAll('\\', '').replaceAll('\u00a0', ' ')).toContain('| 2026-01-05 12:00:00 UTC | ann | edge app/a/weight: 100 to 20 | 200 ms to 100 ms | 110 ms | kept, no effect |') // biome-ignore format: one line
  expect(text).toContain('| 12:00:00 | firing |')
  expect(text).toContain('| 2026-01-06 00:00:01 UTC | comment |')
})

it('makes no markup of a name', () => {
  const text = postMortem({ incident, changes: [], deliveries: [], url: 'https://keel.example' })
  expect(text).not.toMatch(/(?<!\\)<script|(?<!\\)@all|www\.evil|http:\/\/evil|(?<!\\)\]\(http|^# b/m)
  // Cells end where the table says: each of its rows has as many bars.
  for (const line of text.split('\n').filter((one) => one.startsWith('| 12:00')))
    expect(line.replace(/\\\|/g, '').match(/\|/g)).toHaveLength(4)
})
