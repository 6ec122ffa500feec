import type { Change } from '../lib/model/change.ts'
import type { Finding } from '../lib/model/finding.ts'
import type { Route } from '../lib/model/notice.ts'

const at = Date.UTC(2026, 0, 5, 12)

export const finding: Finding = {
  id: 'f',
  rule: 'balancer/slow-server',
  severity: 'warning',
  state: 'firing',
  subject: { target: 'edge' },
  summary: 'it is slow',
  evidence: [],
  since: at,
  seenAt: at,
}

/** Watched: in flight. */
export const change: Change = {
  id: 'c',
  state: 'watching',
  steps: [{ setting: { target: 'edge', name: 'app/a/weight' }, before: '100', after: '20' }],
  because: 'a is slow',
  by: 'ann',
  at,
  watchFrom: at,
  watchUntil: at + 60_000,
  reversal: 'exact',
  prediction: null,
  guards: [],
  measured: null,
  verdict: null,
  journal: [{ at, what: 'created', text: 'a is slow' }],
}

/** Takes all, tells `ops`, at once. */
export const route: Route = {
  match: {},
  to: ['ops'],
  group: ['target'],
  waitMs: 0,
  repeatMs: 3_600_000,
  continue: false,
  inhibit: [],
  followers: 'mute',
  quiet: [],
  limit: null,
}
