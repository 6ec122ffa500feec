import { expect, it } from 'vitest'
import { guardStates } from '../../changes/guards.ts'
import type { Change } from '../../model/change.ts'
import type { Guard, Prediction } from '../../model/proposal.ts'
import type { Runtime } from '../runtime.ts'
import { changeView } from './changes.ts'

const AT = 1_000_000
const where = { target: 'edge', pool: 'app' }
const guard: Guard = { metric: 'pool_response_seconds', where, unit: 'seconds', op: '>', limit: 0.1, forMs: 5_000, why: 'it became slower' }
/** A queue drains first: 0.4 s are foreseen for 30 s. */
const prediction = {
  ...guard,
  before: 0.1,
  after: 0.05,
  low: 0.04,
  high: 0.06,
  basis: '',
  dip: { ...guard, to: 0.4, forMs: 30_000 },
} as Prediction

function shown(value: number, secondsIn: number) {
  const change = {
    id: 'c',
    at: AT,
    watchFrom: AT,
    state: 'watching',
    steps: [],
    journal: [],
    guards: [guard],
    prediction,
  } as unknown as Change
  const measured = { is: 'measured', value, low: value, high: value, count: 10 } as const
  const states = guardStates([guard], prediction, new Map(), { measured: () => measured }, AT + secondsIn * 1_000, AT)
  return changeView({ changes: { guardsOf: () => states } } as unknown as Runtime, change).guardsNow[0]!
}

it('shows a guard as the watch sees it: calm while the dip that the prediction expects lasts', () => {
  expect(shown(0.3, 10)).toMatchObject({ breached: false, now: { value: 0.3 }, loosenedTo: expect.closeTo(0.42) })
  expect(shown(0.5, 10)).toMatchObject({ breached: true, since: new Date(AT + 10_000).toISOString() })
  expect(shown(0.3, 31)).toMatchObject({ breached: true })
  expect(shown(0.3, 31)).not.toHaveProperty('loosenedTo')
})
