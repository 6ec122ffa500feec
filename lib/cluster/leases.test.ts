import { beforeEach, describe, expect, it } from 'vitest'
import { createLeases, LEASE_MS, type Leases } from './leases.ts'
import type { HeldLease, LeaseTable } from './leaseTable.ts'

const log = { info() {}, warn() {}, error() {} }

/** The two tables in memory, with a clock that the test moves, and replicas that can be cut off. */
class Shared {
  at = 1_000_000
  readonly away = new Set<string>()
  readonly #replicas = new Map<string, { name: string; until: number; seen: number }>()
  readonly #leases = new Map<string, HeldLease>()

  #alive = (session: string | null) => session !== null && (this.#replicas.get(session)?.until ?? 0) > this.at

  table(session: string): LeaseTable {
    const seen = new Map<string, HeldLease>()
    const reach = () => {
      if (this.away.has(session)) throw new Error('away')
    }
    return {
      leases: seen,
      renew: async () => {
        reach()
        this.#replicas.set(session, { name: session, until: this.at + LEASE_MS, seen: this.at })
        return [...this.#replicas].map(([id, one]) => ({
          session: id,
          name: one.name,
          alive: this.#alive(id),
          seenMs: this.at - one.seen,
          wantsAt: null,
        }))
      },
      follow: async () => {
        reach()
        for (const [target, lease] of this.#leases) seen.set(target, lease)
      },
      take: async (wanted) => {
        reach()
        const got = wanted.filter(({ target }) => !this.#alive(this.#leases.get(target)?.session ?? null))
        for (const { target, term } of got) {
          const lease = { target, replica: session, session, term: Math.max(term, 1 + (this.#leases.get(target)?.term ?? 0)) }
          this.#leases.set(target, lease)
          seen.set(target, lease)
        }
        return got.map(({ target }) => target)
      },
      give: async (targets) => {
        reach()
        for (const target of targets) this.#leases.set(target, { ...this.#leases.get(target)!, replica: null, session: null })
      },
      end: async () => {
        reach()
        for (const [target, lease] of this.#leases)
          if (lease.session === session) this.#leases.set(target, { ...lease, session: null, replica: null })
        this.#replicas.delete(session)
      },
    }
  }
}

describe('leases', () => {
  let shared: Shared
  let replicas: Map<string, Leases>
  const stopped = new Set<string>()
  const cells = Array.from({ length: 30 }, (_, i) => [`t${i}`])
  const targets = cells.flat()

  beforeEach(() => {
    shared = new Shared()
    replicas = new Map()
    stopped.clear()
  })
  function start(name: string, mayLeave: (cell: readonly string[]) => boolean = () => true) {
    const now = () => shared.at
    const table = shared.table(name)
    const one = createLeases({ table, session: name, cells, monotonic: now, wall: now, now, caughtUp: async () => {}, mayLeave, drained: async () => {}, onDealt() {}, log }) // biome-ignore format: one line
    replicas.set(name, one)
    return one
  }
  /** Second by second; answers how long until it holds, or null. At no moment may two rely on one target. */
  async function pass(seconds: number, until: () => boolean = () => false): Promise<number | null> {
    for (let second = 0; second < seconds; second++) {
      if (until()) return second
      shared.at += 1_000
      for (const [name, one] of replicas) if (!stopped.has(name)) await one.round()
      for (const target of targets) {
        const holders = [...replicas].filter(([name, one]) => !stopped.has(name) && one.holds(target, 0))
        expect(holders.length, target).toBeLessThanOrEqual(1)
      }
    }
    return until() ? seconds : null
  }
  const owned = (name: string) => targets.filter((target) => replicas.get(name)!.owns(target)).length
  const all = (...names: string[]) => names.reduce((sum, name) => sum + owned(name), 0)

  it('are dealt evenly, one replica leads, and terms rise with each change of hands', async () => {
    for (const name of ['a', 'b', 'c']) start(name)
    await pass(10)
    expect(['a', 'b', 'c'].map(owned)).toEqual([10, 10, 10])
    expect([...replicas.values()].filter((one) => one.leads())).toHaveLength(1)
    const before = replicas.get('b')!.members().leases
    replicas.delete('a')
    await pass(12, () => all('b', 'c') === 30)
    await pass(1)
    const after = new Map(
      replicas
        .get('b')!
        .members()
        .leases.map(({ target, term }) => [target, term]),
    )
    for (const { target, replica, term } of before) expect(after.get(target)).toBe(replica === 'a' ? term + 1 : term)
  })

  it('of a replica that was killed are taken over within eleven seconds, evenly', async () => {
    for (const name of ['a', 'b', 'c']) start(name)
    await pass(10)
    replicas.delete('a')
    const took = await pass(15, () => all('b', 'c') === 30)
    expect(took).toBeLessThanOrEqual(11)
    expect([owned('b'), owned('c')]).toEqual([15, 15])
    expect(
      replicas
        .get('b')!
        .members()
        .replicas.map(({ name }) => name),
    ).toContain('a')
    await pass(20)
    expect(
      replicas
        .get('b')!
        .members()
        .replicas.map(({ name }) => name),
    ).toEqual(['b', 'c'])
  })

  it('are not relied on by a process that was stopped, nor judged by, until it has asked', async () => {
    for (const name of ['a', 'b']) start(name)
    await pass(10)
    const a = replicas.get('a')!
    stopped.add('a')
    await pass(20, () => all('b') === 30)
    stopped.delete('a')
    expect([a.judges(), a.leads(), targets.some((target) => a.holds(target, 0))]).toEqual([false, false, false])
    await a.round()
    expect(owned('a')).toBe(0)
    await pass(10)
    expect([owned('a'), owned('b')]).toEqual([15, 15])
  })

  it('of one that cannot reach the database are taken over; it polls on, judges, and relies on nothing', async () => {
    for (const name of ['a', 'b']) start(name)
    await pass(10)
    shared.away.add('a')
    await pass(15, () => owned('b') === 30)
    const a = replicas.get('a')!
    expect([owned('a'), a.judges(), a.leads(), targets.some((target) => a.holds(target, 0))]).toEqual([15, true, false, false])
    shared.away.delete('a')
    await pass(10)
    expect([owned('a'), owned('b')]).toEqual([15, 15])
  })

  it('stay where they are while the database is away for all', async () => {
    for (const name of ['a', 'b']) start(name)
    await pass(10)
    const before = targets.filter((target) => replicas.get('a')!.owns(target))
    const terms = replicas.get('a')!.members().leases
    for (const name of ['a', 'b']) shared.away.add(name)
    await pass(60)
    expect(all('a', 'b')).toBe(30)
    shared.away.clear()
    await pass(3)
    expect(targets.filter((target) => replicas.get('a')!.owns(target))).toEqual(before)
    expect(replicas.get('a')!.members().leases).toEqual(terms)
    expect(before.every((target) => replicas.get('a')!.holds(target, 0))).toBe(true)
  })

  it('are given to a new replica, but for those in which something is in flight', async () => {
    start('a', ([target]) => !['t0', 't1'].includes(target!))
    await pass(10)
    start('b')
    const took = await pass(20, () => owned('b') === 15 && owned('a') === 15)
    expect(took).toBeLessThanOrEqual(8)
    expect([replicas.get('a')!.owns('t0'), replicas.get('a')!.owns('t1')]).toEqual([true, true])
  })

  it('of one that ends are free at once', async () => {
    for (const name of ['a', 'b']) start(name)
    await pass(10)
    await replicas.get('a')!.end()
    replicas.delete('a')
    expect(await pass(5, () => owned('b') === 30)).toBeLessThanOrEqual(2)
  })
})
