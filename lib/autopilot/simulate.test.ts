import { describe, expect, test } from 'vitest'
import type { AutopilotRule } from '../model/autopilot.ts'
import type { Change } from '../model/change.ts'
import type { Finding } from '../model/finding.ts'
import type { Prediction, Proposal, ProposalState } from '../model/proposal.ts'
import { type Past, type SimulationOptions, simulate } from './simulate.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = Date.UTC(2026, 0, 5)
const prediction = { metric: 'm', unit: 'seconds', before: 2, after: 1, low: 0.5, high: 1.5 } as unknown as Prediction
const policy: AutopilotRule = {
  id: 'pool-weights',
  advisor: 'pool-weights',
  where: {},
  max: { perHour: 2, trafficShare: null },
  hours: [],
  licence: { judged: 3, inside: 0.9, withoutRegression: 2 },
}

/** A proposal that was open from a minute to another. */
function proposal(id: string, from: number, patch: Partial<Proposal> & { state?: ProposalState; until?: number } = {}): Proposal {
  const { until = from + 30, ...rest } = patch
  return {
    id,
    finding: `f-${id}`,
    advisor: 'pool-weights',
    steps: [{ setting: { target: 'edge', name: 'app/a/weight' }, before: '100', after: '50' }],
    prediction,
    guards: [],
    risk: 'low',
    state: 'superseded',
    createdAt: START + from * MINUTE,
    replaced: { by: 'x', at: START + until * MINUTE },
    ...rest,
  } as Proposal
}
const judged = (id: string, minute: number, patch: Partial<Change> = {}) =>
  ({ id, proposal: 'before', by: 'ann', at: START + minute * MINUTE - 1, endedAt: START + minute * MINUTE, verdict: 'improved', prediction, measured: { after: 1 }, steps: [], ...patch }) as unknown as Change // biome-ignore format: one line

function run(proposals: Proposal[], changes: Change[] = [], more: Partial<Past> & Partial<SimulationOptions> = {}) {
  const { rule = policy, from = START, to = START + 24 * HOUR, licence = 'given', ...past } = more
  const known: Past = {
    proposals,
    changes,
    findingOf: () => null,
    advisorOf: () => 'pool-weights',
    isCovered: () => true,
    onlyByPerson: () => null,
    movedBy: () => [],
    returned: null,
    windows: [],
    ...past,
  }
  return [...simulate(known, { rule, from, to, licence })].map(({ proposal, at, acts, because, outcome }) => ({
    id: proposal.id,
    minute: (at - START) / MINUTE,
    acts,
    because,
    outcome,
  }))
}

describe('a simulation', () => {
  test('applies each proposal when it may, one at a time and so many an hour', () => {
    expect(run([proposal('a', 10), proposal('b', 11), proposal('c', 12), proposal('d', 13, { until: 200 })])).toMatchObject([
      { id: 'a', minute: 10, acts: true },
      { id: 'b', minute: 12, acts: true },
      { id: 'c', minute: 12, acts: false, because: expect.stringMatching(/2 steps within the hour/) },
      { id: 'd', minute: 70, acts: true },
    ])
  })

  test('waits for the hours of the policy and for a change window', () => {
    const hours = [{ days: ['mon' as const], from: 60, to: 120, zone: 'UTC' }]
    const long = [proposal('a', 10, { until: 100 }), proposal('b', 10, { until: 20 })]
    const expected = [
      { id: 'a', minute: 60, acts: true },
      { id: 'b', minute: 10, acts: false },
    ]
    expect(run(long, [], { rule: { ...policy, hours } })).toMatchObject(expected)
    expect(run(long, [], { windows: hours })).toMatchObject(expected)
  })

  test('acts from when its record was good enough on, unless the licence is given', () => {
    const record = [judged('1', 5), judged('2', 6), judged('3', 40)]
    const proposals = [proposal('a', 10, { until: 20 }), proposal('b', 30, { until: 60 })]
    expect(run(proposals, record, { licence: 'earned' })).toMatchObject([
      { id: 'a', acts: false, because: '2 of 3 judged changes.' },
      { id: 'b', minute: 40, acts: true },
    ])
    expect(run(proposals, record)).toMatchObject([{ acts: true }, { acts: true }])
  })

  test('shows what came of it where a person applied the same, and loses its licence by a regression of that', () => {
    const proposals = [
      proposal('a', 10, { finding: 'f', until: 15 }),
      proposal('a2', 15, { finding: 'f', state: 'applied' }),
      proposal('b', 100, { finding: 'f2', state: 'applied' }),
      proposal('c', 200),
    ]
    const changes = [judged('1', 20, { proposal: 'a2' }), judged('2', 110, { proposal: 'b', verdict: 'regressed', measured: { before: 2, after: 3, low: 3, high: 3 } })] // biome-ignore format: one line
    expect(run(proposals, changes)).toMatchObject([
      { id: 'a', minute: 10, acts: true, outcome: { change: '1', by: 'ann', verdict: 'improved', measured: 1, inside: true } },
      { id: 'b', minute: 100, acts: true, outcome: { change: '2', verdict: 'regressed', inside: false } },
      { id: 'c', acts: false, because: expect.stringMatching(/Change 2.*regressed: the licence would be lost/) },
    ])
  })

  test('makes one step for each problem, with the renewal that was open then, and begins anew after a person’s change', () => {
    const finding = 'f'
    const proposals = [
      proposal('a', 0, { finding, until: 5 }),
      proposal('b', 5, { finding, until: 50 }),
      proposal('c', 50, { finding, state: 'applied' }),
      proposal('d', 100, { finding }),
    ]
    const hours = [{ days: ['mon' as const], from: 20, to: 1_440, zone: 'UTC' }]
    expect(run(proposals, [judged('1', 60, { proposal: 'c' })], { rule: { ...policy, hours } })).toMatchObject([
      { id: 'b', minute: 20, acts: true },
      { id: 'd', minute: 100, acts: true },
    ])
  })

  test('leaves what is a person’s to people, and keeps to the traffic that it may move', () => {
    expect(run([proposal('a', 1)], [], { onlyByPerson: () => 'Its risk is high.' })).toMatchObject([{ acts: false, because: 'Only a person may apply this. Its risk is high.' }]) // biome-ignore format: one line
    const rule = { ...policy, max: { perHour: 9, trafficShare: 0.1 } }
    const movedBy = () => [{ of: 'pool:edge/app', share: 0.08 }]
    expect(run([proposal('a', 1), proposal('b', 5, { until: 300 })], [], { rule, movedBy })).toMatchObject([
      { id: 'a', minute: 1, acts: true },
      { id: 'b', minute: 61, acts: true },
    ])
    expect(run([proposal('a', 1)], [], { rule, movedBy: () => [{ of: 'pool:edge/app', share: 0.2 }] })).toMatchObject([{ acts: false }])
  })

  test('ends a proposal with its finding, and leaves out what ended before its time', () => {
    const findingOf = () => ({ resolvedAt: START + 20 * MINUTE }) as Finding
    const withdrawn = proposal('a', 10, { state: 'withdrawn', replaced: undefined })
    const hours = [{ days: ['mon' as const], from: 30, to: 60, zone: 'UTC' }]
    expect(run([withdrawn], [], { findingOf, rule: { ...policy, hours } })).toMatchObject([{ acts: false }])
    expect(run([withdrawn], [], { findingOf, from: START + 25 * MINUTE })).toEqual([])
    expect(run([withdrawn], [], { findingOf, from: START + 15 * MINUTE })).toMatchObject([{ minute: 15, acts: true }])
    expect(run([proposal('b', 10, { advisor: 'other' })])).toEqual([])
  })
})
