import { describe, expect, it } from 'vitest'
import { poolOf } from '../../test/normal.ts'
import type { Change } from '../model/change.ts'
import type { Finding } from '../model/finding.ts'
import { emptyTopology, type Topology } from '../model/topology.ts'
import { createStore } from '../store/store.ts'
import { createBus } from './bus.ts'
import { createHeldWeights } from './heldWeights.ts'

const MINUTE = 60_000
const T = Date.UTC(2026, 0, 5, 3)

/** A pool and what the journal has of it. Times are minutes. */
function setUp(live: number[]) {
  const store = createStore({ path: ':memory:', now: () => T })
  const bus = createBus((error) => {
    throw error
  })
  const held = createHeldWeights(store, bus)
  let ids = 0
  const subject = (server: number) => ({ target: 'edge', pool: 'app', server: `app${server}` })
  return {
    topology: { ...emptyTopology(), pools: [poolOf('edge', 'app', live)] } as Topology,
    finding(rule: string, server: number, from: number, to?: number) {
      const finding = { id: `f${++ids}`, rule, subject: subject(server), severity: 'warning', summary: '', evidence: [], state: to === undefined ? 'firing' : 'resolved', since: T + from * MINUTE, seenAt: 0, ...(to !== undefined && { resolvedAt: T + to * MINUTE }) } as Finding // biome-ignore format: one line
      store.findings.put(finding)
      bus.emit({ type: 'finding', finding })
      return finding
    },
    change(at: number, steps: [server: number, before: number, after: number][], more: Partial<Change> = {}) {
      const change = { id: `c${++ids}`, state: 'kept', verdict: 'improved', at: T + at * MINUTE, endedAt: T + (at + 1) * MINUTE, steps: steps.map(([server, before, after]) => ({ setting: { target: 'edge', name: `app/app${server}/weight` }, before: String(before), after: String(after) })), ...more } as unknown as Change // biome-ignore format: one line
      store.changes.put(change)
      bus.emit({ type: 'change', change })
      return change.id
    },
    held(now = 120, firing: Finding[] = []) {
      const pool = held.over(this.topology, firing, T + now * MINUTE).pools[0]!
      return Object.fromEntries(
        [...(pool.held ?? [])].map(([server, { weight, relapses, slowUntil, slowMs, named }]) => [
          server,
          {
            weight,
            relapses,
            slow: slowUntil === null ? null : (slowUntil - T) / MINUTE,
            lasted: slowMs / MINUTE,
            ...(named && { named }),
          },
        ]),
      )
    },
  }
}

describe('weights that are held back', () => {
  it('are those that a change took from a slow server: how much it had, and until when it was slow', () => {
    const { finding, change, held } = setUpBound([20, 100, 100])
    const { id } = finding('balancer/slow-server', 1, 0, 40)
    change(1, [[1, 100, 20]], { finding: id })
    expect(held()).toEqual({ app1: { weight: 100, relapses: 0, slow: 40, lasted: 39 } })
  })

  it('over several steps it is what the server had before the first one', () => {
    const { finding, change, held } = setUpBound([13, 100, 100])
    const { id } = finding('balancer/slow-server', 1, 0)
    change(1, [[1, 100, 20]], { finding: id })
    change(4, [[1, 20, 13]], { finding: id })
    expect(held()).toEqual({ app1: { weight: 100, relapses: 0, slow: null, lasted: 116 } })
  })

  it('how long it was slow with about its present weight: what it bore with more says nothing', () => {
    const { finding, change, held } = setUpBound([10, 100, 100])
    const { id } = finding('balancer/slow-server', 1, 0, 45)
    change(1, [[1, 100, 75]], { finding: id })
    change(11, [[1, 75, 13]], { finding: id })
    change(44, [[1, 13, 10]], { finding: id })
    expect(held()).toEqual({ app1: { weight: 100, relapses: 0, slow: 45, lasted: 34 } })
  })

  it('a server that a remedy lowered along with the slow one is held too', () => {
    const { finding, change, held } = setUpBound([20, 73, 100])
    const { id } = finding('balancer/slow-server', 1, 0, 10)
    change(1, [[1, 100, 20], [2, 100, 73]], { finding: id }) // biome-ignore format: one line
    expect(held()).toMatchObject({ app1: { weight: 100 }, app2: { weight: 100, lasted: 0 } })
  })

  it('a person who lowered it by hand while it was found slow counts; who did without such a finding has decided', () => {
    const { finding, change, held } = setUpBound([30, 40, 100])
    finding('balancer/slow-server', 1, 0, 10)
    change(1, [[1, 100, 30]])
    change(2, [[2, 100, 40]])
    expect(held()).toEqual({ app1: { weight: 100, relapses: 0, slow: 10, lasted: 9 } })
    change(50, [[1, 30, 30]], { proposal: 'none' })
    expect(held()).toEqual({})
  })

  it('nothing is held where somebody else has set the weight since, or the change was rolled back', () => {
    const { finding, change, held, topology } = setUpBound([20, 100, 100])
    const { id } = finding('balancer/slow-server', 1, 0, 10)
    change(1, [[1, 100, 10]], { finding: id })
    change(2, [[1, 100, 20]], { finding: id, state: 'rolled_back', automatic: true, verdict: 'regressed' })
    expect(held()).toEqual({})
    topology.pools[0]!.servers[0]!.weightSet = 10
    expect(held()).toMatchObject({ app1: { weight: 100 } })
  })

  it('what was given back in part is held for the rest; what was given back is not', () => {
    const { finding, change, held, topology } = setUpBound([60, 100, 100])
    change(1, [[1, 100, 20]], { finding: finding('balancer/slow-server', 1, 0, 10).id })
    const back = finding('balancer/weight-held-back', 1, 20, 40)
    change(21, [[1, 20, 60]], { finding: back.id })
    expect(held()).toMatchObject({ app1: { weight: 100, relapses: 0 } })
    topology.pools[0]!.servers[0]!.weightSet = 100
    change(30, [[1, 60, 100]], { finding: back.id })
    expect(held()).toEqual({})
  })

  it('a return that was rolled back, and one after which it turned slow within the hour, are relapses for a day', () => {
    const { finding, change, held } = setUpBound([15, 100, 100])
    change(1, [[1, 100, 20]], { finding: finding('balancer/slow-server', 1, 0, 10).id })
    const back = finding('balancer/weight-held-back', 1, 20, 40)
    change(21, [[1, 20, 60]], { finding: back.id, state: 'rolled_back', automatic: true, verdict: 'regressed' })
    expect(held()).toEqual({})
    change(40, [[1, 20, 60]], { finding: back.id })
    change(70, [[1, 60, 15]], { finding: finding('balancer/slow-server', 1, 69, 80).id })
    expect(held()).toMatchObject({ app1: { weight: 100, relapses: 2, slow: 80 } })
    expect(held(70 + 24 * 60 + 1)).toMatchObject({ app1: { relapses: 0 } })
  })

  it('weights that were all multiplied are one scale: what it had is in that of now', () => {
    const { finding, change, held } = setUpBound([2, 10, 10])
    change(1, [[1, 1, 2], [2, 1, 10], [3, 1, 10]], { finding: finding('balancer/slow-server', 1, 0, 10).id }) // biome-ignore format: one line
    expect(held()).toMatchObject({ app1: { weight: 10 } })
  })

  it('another rule that fires about the server is named, those about weights are not', () => {
    const { finding, change, held } = setUpBound([20, 100, 100])
    change(1, [[1, 100, 20]], { finding: finding('balancer/slow-server', 1, 0, 10).id })
    expect(held(120, [finding('balancer/weight-drift', 1, 50)])).toEqual({ app1: { weight: 100, relapses: 0, slow: 10, lasted: 9 } })
    expect(held(120, [finding('balancer/error-rate', 1, 50)])).toMatchObject({ app1: { named: 'balancer/error-rate' } })
  })
})

function setUpBound(live: number[]) {
  const world = setUp(live)
  return { ...world, held: world.held.bind(world) }
}
