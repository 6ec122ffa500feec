import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { poolOf } from '../../../test/normal.ts'
import { type Changes, createChanges } from '../../changes/changes.ts'
import { createBus } from '../../engine/bus.ts'
import type { EvenkeelError } from '../../model/error.ts'
import type { AnyActuator } from '../../model/product.ts'
import type { Proposal, Step } from '../../model/proposal.ts'
import { contestedKey } from '../../model/setting.ts'
import type { SavingFailure, Store } from '../../model/store.ts'
import { emptyTopology, type Topology } from '../../model/topology.ts'
import { createStore } from '../../store/store.ts'
import type { Runtime } from '../runtime.ts'
import { proposalView } from './proposals.ts'

const NOW = Date.UTC(2026, 0, 5)
const STEPS: Step[] = [
  { setting: { target: 'edge', name: 'app/app1/weight' }, before: '100', after: '0' },
  { setting: { target: 'ring:shop', name: 'shop/n1/points' }, before: '100', after: '50' },
]
const REASONS = ['invalid', 'observed', 'patchOnly', 'unsaved', 'contested', 'unfollowed', 'overload'] as const
type Reason = (typeof REASONS)[number]
const STATES = ['open', 'held', 'applied', 'superseded', 'withdrawn'] as const

/** A pool and a ring, with a switch for each reason that can speak against writing to them. */
function fleet() {
  const on = new Set<Reason>()
  const live = new Map(STEPS.map(({ setting, before }) => [`${setting.target} ${setting.name}`, before]))
  const failure: SavingFailure = { since: NOW, reason: 'full', because: 'the disk of the data folder is full', mend: 'Free some space.' }
  const store: Store = { ...createStore({ path: ':memory:', now: () => NOW }), failing: () => (on.has('unsaved') ? failure : null) }
  const topology = (): Topology => {
    const app = poolOf('edge', 'app', [100, 100])
    const servers = app.servers.map((server, i) => (i === 1 && on.has('overload') ? { ...server, state: 'down' as const } : server))
    const followers = on.has('unfollowed') ? [] : [{ id: 'f', version: '1', seenAt: NOW }]
    const ring = { name: 'shop', spec: { algorithm: 'ketama', nodes: [] }, version: '1', nodes: [], followers, followersExpected: 1 }
    return { ...emptyTopology(), pools: [{ ...app, servers }], rings: [ring as never] }
  }
  const actuator: AnyActuator = {
    kind: 'fake',
    settings: [{ pattern: /^\w+\/\w+\/(weight|points)$/, value: z.string(), reversal: 'exact', persistence: '' }],
    get: async ({ name }, names) => Object.fromEntries(names.map((one) => [one, live.get(`${name} ${one}`) ?? '1'])),
    async write({ name }, edits) {
      for (const edit of edits) live.set(`${name} ${edit.name}`, edit.value)
    },
    commands: () => [],
  }
  const changes = createChanges({
    store,
    actuators: [actuator],
    fleet: {
      targetConfig: (name) => (on.has('invalid') && name === 'edge' ? null : { kind: 'fake', config: { name } }),
      window: (spanMs) => store.window(NOW - spanMs, NOW),
      topology,
      pollNow: async () => {},
    },
    mode: () => (on.has('observed') ? 'observe' : 'tune'),
    bus: createBus(() => {}),
    now: () => NOW,
    log: { info() {}, warn() {}, error() {} },
  })
  return { on, live, store, changes, topology }
}

function proposed(store: Store, state: (typeof STATES)[number], patchOnly: boolean): Proposal {
  const proposal: Proposal = {
    id: 'p',
    finding: 'f',
    advisor: 'pool-weights',
    steps: STEPS,
    because: 'a test',
    prediction: null,
    guards: [],
    risk: 'low',
    riskBecause: '',
    commands: [],
    state: state === 'held' ? 'superseded' : state,
    createdAt: NOW,
    ...(patchOnly && { patchOnly: 'It stands in a file.' }),
    ...((state === 'held' || state === 'superseded') && { replaced: { by: 'next', at: state === 'held' ? NOW : NOW - 3_600_000 } }),
  }
  store.proposals.put(proposal)
  store.proposals.put({ ...proposal, id: 'next', state: 'open' })
  return proposal
}

const asked = (changes: Changes): Promise<string | EvenkeelError> =>
  changes.apply('p', 'ann').then(
    ({ change }) => change!,
    (error: EvenkeelError) => error,
  )

describe('the reason on the button', () => {
  it.each([false, true])('is what the call would be told, in every combination (another change in flight: %s)', async (busy) => {
    const { on, live, store, changes, topology } = fleet()
    if (busy) await changes.create({ steps: [{ setting: { target: 'edge', name: 'app/app2/weight' }, after: '90' }], because: '' }, 'ann')
    const runtime = { store, changes, autopilot: { decisionOf: () => null }, now: () => NOW } as unknown as Runtime
    const codes = new Map<string, number>()
    for (let bits = 0; bits < 2 ** REASONS.length; bits++)
      for (const state of STATES) {
        on.clear()
        for (const [i, reason] of REASONS.entries()) if (bits & (1 << i)) on.add(reason)
        if (on.has('contested')) store.memory.put(contestedKey(STEPS[1]!.setting), { change: 'c', at: 0 })
        else store.memory.delete(contestedKey(STEPS[1]!.setting))
        const proposal = proposed(store, state, on.has('patchOnly'))
        const shown = proposalView(runtime, proposal, topology()).disabledBecause
        const answer = await asked(changes)
        const title = `${state} ${[...on].join(' ')}`
        if (typeof answer === 'string') {
          expect(shown, title).toBeUndefined()
          await changes.keep(answer, 'ann')
          for (const { setting, before } of STEPS) live.set(`${setting.target} ${setting.name}`, before)
        } else expect(shown, title).toBe(answer.message)
        const code = typeof answer === 'string' ? 'applied' : answer.code
        codes.set(code, (codes.get(code) ?? 0) + 1)
      }
    // Of 640: 320 can only be copied (half of them are observed first); of the others each reason takes its part of what the one before left.
    const before = { read_only: 160 + 80, not_found: 160, unavailable: 40 }
    expect(Object.fromEntries(codes)).toEqual(
      busy ? { ...before, not_allowed: 160, busy: 40 } : { ...before, not_allowed: 160 + 8 + 2, stale: 24, not_followed: 4, applied: 2 },
    )
  })
})
