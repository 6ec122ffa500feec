import type { Change } from '../model/change.ts'
import type { Bus } from '../model/events.ts'
import type { Finding } from '../model/finding.ts'
import { HELD_RULE, type HeldWeight } from '../model/heldWeight.ts'
import type { Labels } from '../model/series.ts'
import { groupOf, parseSetting, serverOf } from '../model/setting.ts'
import type { Store } from '../model/store.ts'
import type { Pool, Topology } from '../model/topology.ts'

const SLOW_RULE = 'balancer/slow-server'
/** Rules that speak of a low weight itself, and say nothing against giving it back. */
const OF_WEIGHTS: readonly string[] = [HELD_RULE, 'balancer/weight-drift']
/** A server that has to be lowered again so soon after it was given weight has had a relapse, which counts for a day. */
const RELAPSE_MS = 3_600_000
const REMEMBERED_MS = 86_400_000
/** So many changes of one pool are looked through, the newest first. */
const CHANGES_MOST = 200
/** Weights are whole numbers: within this part of what it had, a server has all of it back. */
const WHOLE = 0.95
/** Parts of its share below which a server was relieved: rounding to whole weights takes less. */
const LESS = 0.97
const CLEARLY_LESS = 0.9

/** The facts of the journal about weights that are held back, laid over the topology that rules and advisors see. */
export interface HeldWeights {
  over(topology: Topology, firing: readonly Finding[], now: number): Topology
  stepClock(): void
}

type Known = { change: Readonly<Change>; reason: 'slow' | 'return' | 'own' }
type Slow = { since: number; until: number | null }

/** What was found of a pool's weights holds for so long: relapses are forgotten by the clock alone. */
const FRESH_MS = 60_000
type Found = { weights: string; at: number; held: Map<string, HeldWeight> }

export function createHeldWeights(store: Pick<Store, 'changes' | 'findings' | 'proposals'>, bus: Bus): HeldWeights {
  /** Changes of weights by pool, the newest first. */
  let journal: Map<string, Known[]> | null = null
  let slow: Map<string, Slow[]> | null = null
  const found = new Map<string, Found>()
  const forget = () => {
    journal = null
    slow = null
    found.clear()
  }
  /** A watched change tells of itself at each look; the journal is read anew when one begins or ends. */
  const states = new Map<string, string>()
  bus.on((event) => {
    if (event.type === 'change') {
      const { id, state } = event.change
      if (states.get(id) === state) return
      if (state === 'kept' || state === 'rolled_back' || state === 'failed') states.delete(id)
      else states.set(id, state)
      forget()
    }
    if (event.type !== 'finding' || event.finding.rule !== SLOW_RULE || event.finding.state === 'pending') return
    slow = null
    found.clear()
  })

  function heldOf(pool: Pool, changes: readonly Known[], now: number): Map<string, HeldWeight> {
    const key = poolKey(pool.target, pool.name)
    const weights = pool.servers.map(({ name, weightSet }) => `${name} ${weightSet}`).join()
    const before = found.get(key)
    if (before?.weights === weights && now - before.at < FRESH_MS) return before.held
    slow ??= slowSpans(store)
    const spans = slow
    const held = heldIn(pool, changes, (subject) => spans.get(serverKey(subject)) ?? [], now)
    found.set(key, { weights, at: now, held })
    return held
  }

  return {
    over(topology, firing, now) {
      journal ??= journalOf(store)
      if (journal.size === 0) return topology
      const known = journal
      let any = false
      const pools = topology.pools.map((pool) => {
        const changes = known.get(poolKey(pool.target, pool.name))
        const held = changes && heldOf(pool, changes, now)
        if (!held || held.size === 0) return pool
        any = true
        return { ...pool, held: named(held, pool, firing) }
      })
      return any ? { ...topology, pools } : topology
    },
    stepClock: forget,
  }
}

const poolKey = (target: string, pool: string) => JSON.stringify([target, pool])
const serverKey = ({ target, pool, server }: Labels) => JSON.stringify([target, pool, server])

/** Which other rules are firing about the servers is of this moment. */
function named(held: ReadonlyMap<string, HeldWeight>, pool: Pool, firing: readonly Finding[]): Map<string, HeldWeight> {
  return new Map(
    [...held].map(([server, own]): [string, HeldWeight] => {
      const key = serverKey({ target: pool.target, pool: pool.name, server })
      const rule = firing.find(({ rule, subject }) => serverKey(subject) === key && !OF_WEIGHTS.includes(rule))?.rule
      return [server, { ...own, ...(rule && { named: rule }) }]
    }),
  )
}

function journalOf({ changes, findings, proposals }: Pick<Store, 'changes' | 'findings' | 'proposals'>): Map<string, Known[]> {
  const pools = new Map<string, Known[]>()
  const lowered = new Set<string>()
  for (const change of changes.list()) {
    const step = change.steps[0]
    if (!step || change.drill || !(change.state === 'kept' || change.state === 'watching' || isUndoneReturn(change))) continue
    const setting = parseSetting(step.setting)
    if (setting.name !== 'weight') continue
    const group = groupOf(setting)
    if (!('pool' in group)) continue
    const rule = change.finding && findings.get(change.finding)?.rule
    const advisor = change.proposal && proposals.get(change.proposal)?.advisor
    const reason = rule === SLOW_RULE || advisor === 'pool-weights' ? 'slow' : rule === HELD_RULE || advisor === 'weight-return' ? 'return' : 'own' // biome-ignore format: one line
    if (isUndoneReturn(change) && reason !== 'return') continue
    const key = poolKey(group.target, group.pool)
    const own = pools.get(key) ?? []
    if (own.length < CHANGES_MOST) own.push({ change, reason })
    pools.set(key, own)
    if (reason !== 'return') lowered.add(key)
  }
  for (const key of pools.keys()) if (!lowered.has(key)) pools.delete(key)
  return pools
}

/** One that was rolled back by itself changes nothing in the end; of a return of weight it is a relapse. */
const isUndoneReturn = ({ state, automatic, verdict }: Readonly<Change>) =>
  state === 'rolled_back' && automatic === true && verdict !== 'unjudged'

function slowSpans({ findings }: Pick<Store, 'findings'>): Map<string, Slow[]> {
  const spans = new Map<string, Slow[]>()
  for (const { subject, since, resolvedAt } of findings.list(({ rule, state }) => rule === SLOW_RULE && state !== 'pending')) {
    const key = serverKey(subject)
    spans.set(key, [...(spans.get(key) ?? []), { since, until: resolvedAt ?? null }])
  }
  return spans
}

type Weights = ReadonlyMap<string, number>
type Written = Known & { before: Weights; after: Weights }

/**
 * The weights of a pool change by change, the oldest first, as far back as each is the one that the next one found: before that somebody else has
 * set them, and decided anew.
 */
function chainOf(pool: Pool, changes: readonly Known[]): Written[] {
  const chain: Written[] = []
  let weights: Weights = new Map(pool.servers.map(({ name, weightSet }) => [name, weightSet]))
  for (const known of changes) {
    const before = new Map(weights)
    for (const step of known.change.steps) {
      const of = serverOf(step.setting, [pool])
      if (of?.what !== 'weight') return chain
      // One that was rolled back left the weights as they were.
      if (known.change.state === 'rolled_back') continue
      if (weights.get(of.server.name) !== Number(step.after)) return chain
      before.set(of.server.name, Number(step.before))
    }
    chain.unshift({ ...known, before, after: weights })
    weights = before
  }
  return chain
}

/** Of an even number the larger of the two in the middle: the lower one may have been relieved too. */
const upperMedian = (ratios: number[]): number => ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? 1

type Cut = { at: number; weight: number }
type Holding = { weight: number; cuts: Cut[]; writtenAt: number }

/** Weights that differ by less than this part of the whole one are about the same. */
const ABOUT = 0.05

/** What the servers of a pool were relieved of, by its changes from the oldest to the newest. */
function heldIn(pool: Pool, changes: readonly Known[], slowOf: (subject: Labels) => Slow[], now: number): Map<string, HeldWeight> {
  const held = new Map<string, Holding>()
  const returned = new Map<string, number>()
  const relapses = new Map<string, number[]>()
  const spansOf = (server: string) => slowOf({ target: pool.target, pool: pool.name, server })
  const relapse = (server: string, at: number) => relapses.set(server, [...(relapses.get(server) ?? []), at])
  const isSlowAt = (server: string, at: number) => spansOf(server).some(({ since, until }) => since <= at && at <= (until ?? now))

  for (const { change, reason, before, after } of chainOf(pool, changes)) {
    const written = change.steps.map(({ setting }) => serverOf(setting, [pool])!.server.name)
    if (change.state === 'rolled_back') {
      const at = change.endedAt ?? change.at
      for (const server of written) {
        const own = held.get(server)
        if (!own) continue
        relapse(server, at)
        own.writtenAt = at
      }
      continue
    }
    const ratio = (server: string) => after.get(server)! / Math.max(1e-9, before.get(server)!)
    const others = pool.servers.filter(({ name }) => !held.has(name) && !isSlowAt(name, change.at)).map(({ name }) => ratio(name))
    // All weights may have been multiplied, where the smallest one left nothing to lower.
    const scale = reason === 'slow' ? upperMedian(others) : 1
    for (const own of held.values()) {
      own.weight *= scale
      for (const cut of own.cuts) cut.weight *= scale
    }
    for (const server of written) {
      const own = held.get(server)
      const share = ratio(server) / scale
      // A remedy lowers along with a slow server those that are nearly so, too.
      const relieved = isSlowAt(server, change.at) ? share < LESS : reason === 'slow' && share < CLEARLY_LESS
      if (reason !== 'return' && relieved) {
        if (change.at - (returned.get(server) ?? Number.NEGATIVE_INFINITY) < RELAPSE_MS) relapse(server, change.at)
        const { weight, cuts } = own ?? { weight: before.get(server)! * scale, cuts: [] }
        held.set(server, { weight, cuts: [...cuts, { at: change.at, weight: after.get(server)! }], writtenAt: change.at })
      } else if (own) {
        own.writtenAt = change.at
        if (reason === 'return') returned.set(server, change.at)
        // A person's own weight is a decision of its own.
        if (reason === 'own' || after.get(server)! >= WHOLE * own.weight) held.delete(server)
      }
    }
  }
  return new Map(
    [...held].flatMap(([server, own]): [string, HeldWeight][] => {
      const live = pool.servers.find(({ name }) => name === server)?.weightSet ?? 0
      if (live <= 0 || live >= WHOLE * own.weight) return []
      const recent = (relapses.get(server) ?? []).filter((at) => at > now - REMEMBERED_MS)
      return [[server, { weight: Math.min(pool.weightMax, own.weight), writtenAt: own.writtenAt, ...slowness(own, live, spansOf(server), now), relapses: recent.length }]] // biome-ignore format: one line
    }),
  )
}

/** Until when it was found slow since it was lowered, and for how long with about the weight that it has now. */
function slowness({ weight, cuts }: Holding, live: number, spans: readonly Slow[], now: number): Pick<HeldWeight, 'slowUntil' | 'slowMs'> {
  const since = spans.filter(({ until }) => until === null || until > cuts[0]!.at)
  const slowUntil = since.some(({ until }) => until === null) ? null : Math.max(cuts.at(-1)!.at, ...since.map(({ until }) => until!))
  const slowBetween = (from: number, to: number) =>
    since.reduce((sum, span) => sum + Math.max(0, Math.min(to, span.until ?? now) - Math.max(from, span.since)), 0)
  const slowMs = cuts.reduce(
    (sum, cut, i) => (cut.weight <= live + ABOUT * weight ? sum + slowBetween(cut.at, cuts[i + 1]?.at ?? now) : sum),
    0,
  )
  return { slowUntil, slowMs }
}
