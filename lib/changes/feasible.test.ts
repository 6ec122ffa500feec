import { describe, expect, it } from 'vitest'
import { ABLE, poolOf } from '../../test/normal.ts'
import { load } from '../../test/series.ts'
import { emptyTopology, type Pool, type PoolServer } from '../model/topology.ts'
import { contestedWeightError, fixedWeightError, overloadBecause, unsettableWeightError } from './feasible.ts'

const pool = (more: Partial<PoolServer>[] = [], own: Partial<Pool> = {}): Pool => {
  const found = { ...poolOf('edge', 'app', [100, 100]), ...own }
  return { ...found, servers: found.servers.map((server, i) => ({ ...server, ...more[i] })) }
}
const steps = (...texts: string[]) =>
  texts.map((text) => {
    const [name, after] = text.split('=') as [string, string]
    return { setting: { target: 'edge', name }, after }
  })
const topology = (one: Pool) => ({ ...emptyTopology(), pools: [one] })
const busy = load(1_000, {
  'pool_requests_total{target=edge,pool=app,server=app1}': '0+100x40',
  'pool_requests_total{target=edge,pool=app,server=app2}': '0+100x40',
  'pool_sessions{target=edge,pool=app,server=app1}': '30x40',
  'pool_sessions{target=edge,pool=app,server=app2}': '30x40',
  'pool_sessions_max{target=edge,pool=app,server=app1}': '50x40',
  'pool_sessions_max{target=edge,pool=app,server=app2}': '50x40',
})
const quiet = load(1_000, {})

describe('a fixed table', () => {
  const fixed = topology(
    pool([{ weightInitial: 40 }], { fixedWeights: true, can: { ...ABLE, weight: { because: 'static-rr takes only 0 % and 100 %' } } }),
  )
  const refused = (...texts: string[]) => fixedWeightError(steps(...texts), fixed)
  it('takes 0 and the weight it started with, and states', () => {
    expect(refused('app/app1/weight=0', 'app/app1/state=drain')).toBeNull()
    expect(refused('app/app1/weight=40')).toBeNull()
  })
  it('refuses every other weight with the reason and the step', () => {
    expect(refused('app/app1/weight=0', 'app/app1/weight=41')).toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/^steps\[1\]: static-rr .* takes 0 or 40/),
    })
  })
  it('is no concern of other pools', () => {
    expect(fixedWeightError(steps('app/app1/weight=7'), topology(pool()))).toBeNull()
  })
})

it('a limit takes no server out: 0 is none', () =>
  expect(overloadBecause(steps('app/app1/maxconn=0', 'app/app2/maxconn=0'), topology(pool()), busy)).toBeNull())

describe('a weight that something else moves', () => {
  const own = topology(pool([{ otherWriter: 'an agent check' }]))
  it('is refused with who that is, before anything is written', () => {
    expect(contestedWeightError(steps('app/app2/weight=7', 'app/app1/weight=7'), own)).toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/^steps\[1\]: an agent check moves the weight of app1 of app/),
    })
  })
  it('leaves its states and the other servers free', () => {
    expect(contestedWeightError(steps('app/app1/state=drain', 'app/app2/weight=7'), own)).toBeNull()
  })
})

describe('a weight that its pool does not take', () => {
  const owned = pool([], { can: { ...ABLE, weight: { because: 'Argo CD owns the weights of HTTPRoute shop/web' } } })
  it('is refused with the reason; states and other pools are free', () => {
    expect(unsettableWeightError(steps('app/app1/state=drain', 'app/app1/weight=7'), topology(owned))).toMatchObject({
      code: 'invalid',
      message: 'steps[1]: Argo CD owns the weights of HTTPRoute shop/web.',
    })
    expect(unsettableWeightError(steps('app/app1/state=drain'), topology(owned))).toBeNull()
    expect(unsettableWeightError(steps('app/app1/weight=7'), topology(pool()))).toBeNull()
  })
  it('leaves those of a fixed table, of which some can be set, to the rule of that', () => {
    expect(unsettableWeightError(steps('app/app1/weight=0'), topology({ ...owned, fixedWeights: true }))).toBeNull()
  })
})

describe('capacity', () => {
  const refusal = (window: typeof busy, own: Pool, ...texts: string[]) => overloadBecause(steps(...texts), topology(own), window)

  it.each(['app/app1/state=drain', 'app/app1/state=maint', 'app/app1/weight=0'])('%s of the last server is refused', (step) => {
    expect(refusal(quiet, pool([{}, { state: 'down' }]), step)).toMatch(/no server of app takes requests/)
    expect(refusal(quiet, pool([{}, { weightSet: 0, weightEffective: 0, state: 'drain' }]), step)).toMatch(
      /no server of app takes requests/,
    )
    expect(refusal(quiet, pool(), step)).toBeNull()
  })
  it('both at once are the last ones too; a swap is not', () => {
    expect(refusal(quiet, pool(), 'app/app1/state=drain', 'app/app2/state=maint')).toMatch(/app1 and app2/)
    expect(refusal(quiet, pool([{}, { state: 'maint' }]), 'app/app1/state=maint', 'app/app2/state=ready')).toBeNull()
  })
  it('one that takes nothing may go', () => {
    expect(refusal(quiet, pool([{ state: 'down' }, { state: 'down' }]), 'app/app1/state=maint')).toBeNull()
    expect(refusal(quiet, pool([{}, { state: 'down' }]), 'app/app2/state=maint')).toBeNull()
  })
  it('a backup stands in for the last one', () => {
    expect(refusal(quiet, pool([{}, { backup: true, weightEffective: 0 }]), 'app/app1/state=drain')).toBeNull()
  })
  it('is refused with numbers when the rest would pass its limit of sessions', () => {
    expect(refusal(busy, pool(), 'app/app1/state=drain')).toMatch(/app2 would take 200\/s with about 60 sessions at once; at most 50/)
    expect(refusal(busy, pool(), 'app/app1/weight=10')).toBeNull()
  })
})
