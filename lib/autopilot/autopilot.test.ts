import { describe, expect, test } from 'vitest'
import type { Description } from '../changes/changes.ts'
import { createBus } from '../engine/bus.ts'
import type { AutopilotRule } from '../model/autopilot.ts'
import type { Change } from '../model/change.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Finding } from '../model/finding.ts'
import type { Proposal } from '../model/proposal.ts'
import { emptyTopology } from '../model/topology.ts'
import { createStore } from '../store/store.ts'
import { createAutopilot } from './autopilot.ts'

const START = Date.UTC(2026, 0, 5, 12)
const MINUTE = 60_000
const prediction = { metric: 'm', where: {}, unit: 'seconds', before: 2, after: 1, low: 0.5, high: 1.5, basis: '' } as const
const policy: AutopilotRule = {
  id: 'pool-weights',
  advisor: 'pool-weights',
  where: {},
  max: { perHour: 2, trafficShare: null },
  hours: [],
  licence: { judged: 5, inside: 0.8, withoutRegression: 3 },
}
const LABELS: Record<string, Record<string, string>> = { edge: { team: 'shop' }, front: { team: 'search' } }

function fleet({ rules = [policy], owns = () => true }: { rules?: AutopilotRule[]; owns?: (target: string) => boolean } = {}) {
  const clock = { now: START }
  const store = createStore({ path: ':memory:', now: () => clock.now })
  const bus = createBus((error) => {
    throw error
  })
  const told: string[] = []
  const applied: { proposal: string; by: string; autopilot: unknown }[] = []
  const state: { held: string | null; refuses: EvenkeelError | null; personal: string | null; refusal: EvenkeelError | null } = {
    held: null,
    refuses: null,
    personal: null,
    refusal: null,
  }
  function putChange(change: Partial<Change> & { id: string }, shared?: true): void {
    const whole = {
      at: clock.now,
      endedAt: clock.now,
      state: 'kept',
      steps: [],
      because: '',
      by: 'ann',
      proposal: 'old',
      reversal: 'exact',
      guards: [],
      prediction,
      measured: { before: 2, after: 1, low: 1, high: 1 },
      verdict: 'improved',
      journal: [],
      ...change,
    } as Change
    store.changes.put(whole)
    bus.emit({ type: 'change', change: whole, ...(shared && { shared }) })
  }
  function propose(id: string, patch: Partial<Proposal> = {}): Proposal {
    store.findings.put({ id: `f-${id}`, state: 'firing', subject: {} } as Finding)
    const steps = [{ setting: { target: 'edge', name: 'app/a/weight' }, before: '100', after: '50' }]
    const proposal = { id, finding: `f-${id}`, advisor: 'pool-weights', steps, state: 'open', createdAt: clock.now, prediction, guards: [], risk: 'low', ...patch } as unknown as Proposal // biome-ignore format: one line
    store.proposals.put(proposal)
    return proposal
  }
  propose('old', { state: 'applied' })
  const open = () =>
    createAutopilot({
      rules,
      store,
      changes: {
        async apply(proposal, by, { autopilot } = {}) {
          if (state.refuses) throw state.refuses
          applied.push({ proposal, by, autopilot })
          const known = store.proposals.get(proposal)!
          store.proposals.put({ ...known, state: 'applied' })
          putChange({ id: `c-${proposal}`, proposal, by, autopilot, state: 'watching', endedAt: undefined, verdict: null, measured: null, steps: known.steps }) // biome-ignore format: one line
          return { change: `c-${proposal}`, steps: [], commands: [] }
        },
        describe: (steps) => ({ groups: steps.map(({ setting }) => ({ target: setting.target })) }) as unknown as Description,
        refusalOf: () => state.refusal,
        onlyByPerson: () => state.personal,
      },
      bus,
      topology: emptyTopology,
      labelsOf: (target) => LABELS[target],
      owns,
      held: () => state.held,
      tell: {
        acted: (change, rule) => told.push(`acted ${change} ${rule.id}`),
        refused: (proposal, _rule, { code }) => told.push(`refused ${proposal} ${code}`),
        lost: (rule, { id }) => told.push(`lost ${rule} ${id}`),
      },
      now: () => clock.now,
      log: { info() {}, warn() {}, error() {} },
    })
  return {
    clock,
    store,
    state,
    told,
    applied,
    putChange,
    propose,
    autopilot: open(),
    reopened: open,
    earn: (count = 5) => {
      for (let i = 0; i < count; i++) putChange({ id: `e${i}` })
    },
    end: (id: string, patch: Partial<Change>) => putChange({ ...store.changes.get(id)!, state: 'kept', endedAt: clock.now, ...patch }),
  }
}
type World = ReturnType<typeof fleet>
const decision = ({ autopilot, store }: World, id: string) => autopilot.decisionOf(store.proposals.get(id)!)

describe('the autopilot', () => {
  test('proposes only, and says what is missing, until its record is good enough', async () => {
    const world = fleet()
    world.earn(3)
    world.propose('p')
    await world.autopilot.tick()
    expect(world.applied).toEqual([])
    expect(decision(world, 'p')).toEqual({ rule: 'pool-weights', acts: false, because: '3 of 5 judged changes.' })
    world.earn(5)
    expect(decision(world, 'p')).toMatchObject({ acts: true })
    await world.autopilot.tick()
    expect(world.applied).toMatchObject([{ proposal: 'p', by: 'autopilot', autopilot: { rule: 'pool-weights' } }])
    expect(world.told).toEqual(['acted c-p pool-weights'])
  })

  test('makes one step at a time, so many an hour, and the next after the verdict', async () => {
    const world = fleet()
    world.earn()
    for (const id of ['p', 'q', 'r']) {
      world.propose(id)
      world.clock.now += 1_000
    }
    await world.autopilot.tick()
    await world.autopilot.tick()
    expect(world.applied.map(({ proposal }) => proposal)).toEqual(['p'])
    expect(decision(world, 'q')?.because).toBe('Its change c-p is in flight: the next one waits for the verdict.')
    world.end('c-p', { verdict: 'improved', measured: { before: 2, after: 1, low: 1, high: 1 } })
    await world.autopilot.tick()
    world.end('c-q', { verdict: 'improved', measured: { before: 2, after: 1, low: 1, high: 1 } })
    await world.autopilot.tick()
    expect(world.applied.map(({ proposal }) => proposal)).toEqual(['p', 'q'])
    expect(decision(world, 'r')?.because).toMatch(/2 steps within the hour, of 2 at most/)
    world.clock.now += 61 * MINUTE
    await world.autopilot.tick()
    expect(world.applied.map(({ proposal }) => proposal)).toEqual(['p', 'q', 'r'])
  })

  test('loses its licence by a regression of its own until a person returns it, over a restart too', async () => {
    const world = fleet()
    world.earn(20)
    world.propose('p')
    await world.autopilot.tick()
    world.end('c-p', { verdict: 'regressed', state: 'rolled_back', automatic: true, measured: { before: 2, after: 3, low: 3, high: 3 } })
    expect(world.told.at(-1)).toBe('lost pool-weights c-p')
    world.clock.now += 61 * MINUTE
    world.earn(20)
    world.propose('q')
    for (const autopilot of [world.autopilot, world.reopened()]) {
      await autopilot.tick()
      expect(autopilot.standings()).toMatchObject([{ acts: false, licence: { licensed: false, revoked: { change: 'c-p' } } }])
    }
    expect(world.applied).toHaveLength(1)
    expect(world.autopilot.returnLicence('pool-weights', 'ann')).toBe('c-p')
    expect(world.reopened().standings()).toMatchObject([{ acts: true, returned: { by: 'ann' }, licence: { revoked: null } }])
    expect(() => world.autopilot.returnLicence('pool-weights', 'ann')).toThrow(/was not taken away/)
    expect(() => world.autopilot.returnLicence('other', 'ann')).toThrow(/no such policy/)
    await world.autopilot.tick()
    expect(world.applied).toHaveLength(2)
    // What another replica tells is recorded there.
    expect(world.told.filter((one) => one.startsWith('lost'))).toHaveLength(1)
  })

  test('gives no licence back while the change that took it away is being rolled back', () => {
    const world = fleet()
    world.earn()
    world.putChange({
      id: 'c',
      autopilot: { rule: 'pool-weights', because: '' },
      verdict: 'regressed',
      state: 'watching',
      endedAt: undefined,
    })
    expect(() => world.autopilot.returnLicence('pool-weights', 'ann')).toThrow(/still being rolled back/)
  })

  test.each<[string, (world: World) => void, RegExp]>([
    ['the mode or a freeze', ({ state }) => Object.assign(state, { held: 'The mode is observe.' }), /observe/],
    [
      'what is a person’s',
      ({ state }) => Object.assign(state, { personal: 'Its risk is high.' }),
      /Only a person may apply this. Its risk is high/,
    ],
    ['a brake', ({ state }) => Object.assign(state, { refusal: new EvenkeelError('busy', 'Three are in flight.') }), /Three are in flight/],
    [
      'a finding that is stale',
      ({ store }) => store.findings.put({ ...store.findings.get('f-p')!, stale: 'no samples' }),
      /not judged just now/,
    ],
    [
      'a finding that has ended',
      ({ store }) => store.findings.put({ ...store.findings.get('f-p')!, state: 'resolved' }),
      /not judged just now/,
    ],
    [
      'a step of its own there that waits for a person',
      ({ putChange, store }) => putChange({ id: 'w', autopilot: { rule: 'x', because: '' }, steps: store.proposals.get('p')!.steps, needsPerson: 'Decide.', verdict: 'unjudged' }), // biome-ignore format: one line
      /Change w, which it made there within the hour, waits for a person/,
    ],
  ])('is held back by %s', async (_, hold, because) => {
    const world = fleet()
    world.earn()
    world.propose('p')
    hold(world)
    await world.autopilot.tick()
    expect(world.applied).toEqual([])
    expect(decision(world, 'p')).toMatchObject({ acts: false, because: expect.stringMatching(because) })
  })

  test('leaves a proposal alone for a minute that was refused', async () => {
    const world = fleet()
    world.earn()
    world.propose('p')
    world.state.refuses = new EvenkeelError('drift', 'It is 70.')
    await world.autopilot.tick()
    await world.autopilot.tick()
    expect(world.told).toEqual(['refused p drift'])
    expect(decision(world, 'p')?.because).toBe('It was refused: It is 70.')
    world.state.refuses = null
    world.clock.now += 61_000
    await world.autopilot.tick()
    expect(world.applied).toHaveLength(1)
  })

  test('acts where all that is written to has the labels, and where this replica looks after it', async () => {
    const shop = { ...policy, id: 'pool-weights,team=shop', where: { team: 'shop' } }
    const world = fleet({ rules: [shop], owns: (target) => target !== 'other' })
    world.earn()
    const step = (target: string) => ({ setting: { target, name: 'app/a/weight' }, before: '100', after: '50' })
    world.propose('front', { steps: [step('front')] })
    world.propose('both', { steps: [step('edge'), step('front')] })
    world.propose('other', { steps: [step('other')] })
    world.propose('else', { advisor: 'cache-memory' })
    await world.autopilot.tick()
    expect(world.applied).toEqual([])
    expect(['front', 'both', 'else'].map((id) => decision(world, id))).toEqual([null, null, null])
    world.propose('edge')
    await world.autopilot.tick()
    expect(world.applied.map(({ proposal }) => proposal)).toEqual(['edge'])
  })
})
