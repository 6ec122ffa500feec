import { describe, expect, test } from 'vitest'
import type { Finding } from '../../model/finding.ts'
import { type Decision, loggedAfter, notificationOf } from './dedup.ts'
import type { LogEntry } from './notificationLog.ts'

const AT = 1_000_000
const ROUTE = { waitMs: 10_000, repeatMs: 60_000 }
const finding = (id: string, state: Finding['state'] = 'firing'): Finding => ({
  id,
  rule: 'cache/eviction-storm',
  severity: 'warning',
  state,
  subject: {},
  summary: id,
  evidence: [],
  since: 0,
  seenAt: 0,
  ...(id === 'acked' && { acknowledged: { by: 'ann', at: 1 } }),
})

type Row = [
  title: string,
  last: LogEntry,
  firing: string[],
  resolved: string[],
  route: Partial<typeof ROUTE>,
  decision: string,
  logged: LogEntry,
]
const ROWS: Row[] = [
  ['nothing at all', { firing: [], at: 0 }, [], [], {}, 'nothing', { firing: [], at: 0 }],
  [
    'the first finding waits for others',
    { firing: [], at: 0 },
    ['a'],
    [],
    {},
    `wait ${AT + 10_000}`,
    { firing: [], at: 0, dueAt: AT + 10_000 },
  ],
  ['a wait goes on', { firing: [], at: 0, dueAt: AT + 1 }, ['a'], [], {}, `wait ${AT + 1}`, { firing: [], at: 0, dueAt: AT + 1 }],
  ['a wait is over', { firing: [], at: 0, dueAt: AT }, ['a', 'b'], [], {}, 'first notification: a b', { firing: ['a', 'b'], at: AT }],
  ['it ends within the wait', { firing: [], at: 0, dueAt: AT + 1 }, [], [], {}, 'nothing', { firing: [], at: 0 }],
  ['no wait', { firing: [], at: 0 }, ['a'], [], { waitMs: 0 }, 'first notification: a', { firing: ['a'], at: AT }],
  ['told already', { firing: ['a'], at: AT - 59_999 }, ['a'], [], {}, 'nothing', { firing: ['a'], at: AT - 59_999 }],
  [
    'the repeat interval is over',
    { firing: ['a'], at: AT - 60_000 },
    ['a'],
    [],
    {},
    'repeat interval elapsed: a',
    { firing: ['a'], at: AT },
  ],
  ['a change is told once', { firing: ['change-1'], at: 1 }, ['change-1'], [], {}, 'nothing', { firing: ['change-1'], at: 1 }],
  ['one more', { firing: ['a'], at: 1, dueAt: AT }, ['a', 'b'], [], {}, 'new findings: a b', { firing: ['a', 'b'], at: AT }],
  ['one ends', { firing: ['a', 'b'], at: AT - 1, dueAt: AT }, ['b'], ['a'], {}, 'resolved; ended: a', { firing: ['b'], at: AT }],
  [
    'one ends, one begins',
    { firing: ['a'], at: AT - 1, dueAt: AT },
    ['b'],
    ['a'],
    {},
    'new findings, resolved: b; ended: a',
    { firing: ['b'], at: AT },
  ],
  ['silenced is not resolved', { firing: ['quiet'], at: 1 }, [], [], {}, 'nothing', { firing: ['quiet'], at: 1 }],
  ['an end in quiet hours waits', { firing: ['hushed'], at: 1 }, [], ['hushed'], {}, 'nothing', { firing: ['hushed'], at: 1 }],
  [
    'what is acknowledged is not repeated',
    { firing: ['a', 'acked'], at: AT - 60_000 },
    ['a', 'acked'],
    [],
    {},
    'repeat interval elapsed: a',
    { firing: ['a', 'acked'], at: AT },
  ],
  [
    'nor beside what is new',
    { firing: ['acked'], at: 1, dueAt: AT },
    ['acked', 'a'],
    [],
    {},
    'new findings: a',
    { firing: ['acked', 'a'], at: AT },
  ],
  ['but sent once', { firing: [], at: 0, dueAt: AT }, ['acked'], [], {}, 'first notification: acked', { firing: ['acked'], at: AT }],
  ['nor is it alone', { firing: ['acked'], at: 1 }, ['acked'], [], {}, 'nothing', { firing: ['acked'], at: 1 }],
  ['its end is told', { firing: ['acked'], at: 1, dueAt: AT }, [], ['acked'], {}, 'resolved; ended: acked', { firing: [], at: AT }],
  ['one that is known no more ends without a word', { firing: ['gone'], at: 1, dueAt: AT }, [], [], {}, '', { firing: [], at: AT }],
]

const textOf = (decision: Decision): string => {
  if (decision.is === 'nothing') return 'nothing'
  if (decision.is === 'wait') return `wait ${decision.until}`
  const ids = (findings: Finding[]) => findings.map(({ id }) => id).join(' ')
  const { reasons, firing, resolved } = decision
  return `${reasons.join(', ')}${firing.length > 0 ? `: ${ids(firing)}` : ''}${resolved.length > 0 ? `; ended: ${ids(resolved)}` : ''}`
}

describe('what of a group is told', () => {
  test.each(ROWS)('%s', (_title, last, firing, resolved, route, decision, logged) => {
    const current = (id: string) => (id === 'gone' ? null : finding(id, resolved.includes(id) ? 'resolved' : 'firing'))
    const all = firing.map((id) => finding(id))
    const looking = { firing: all, current, isQuiet: ({ id }: Finding) => id === 'hushed', at: AT }
    const decided = notificationOf(last, looking, { ...ROUTE, ...route })
    expect(textOf(decided)).toBe(decision)
    expect(loggedAfter(last, decided, looking)).toEqual(logged)
  })
})
