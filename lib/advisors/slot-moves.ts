import { count, safe, text } from '../format/format.ts'
import { latest } from '../math/rates.ts'
import { measure, measuredValue } from '../metrics/measure.ts'
import type { Advisor } from '../model/detector.ts'
import type { Draft, Guard, NoRemedy } from '../model/proposal.ts'
import { settingText } from '../model/setting.ts'
import { CLUSTER_SLOTS, ownersText, slotsName } from '../model/slots.ts'
import type { TargetFacts } from '../model/topology.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'
import { clusterSlot } from '../rings/algorithms/redisCluster.ts'
import { loadsOf, type MasterLoads } from './slots/loads.ts'
import { planMoves, type SlotLoad, type SlotPlan } from './slots/plan.ts'

/** The load is that of the newest minute. */
const OVER_MS = 60_000
/** A record of the slots is written each 10 s. */
const FRESH_MS = 45_000
/** Less than this part of the imbalance is not worth moving keys for. */
const GAIN_MIN = 0.4
/** A key so big holds both servers for some 20 ms while it moves: its slot stays. */
const BIG_KEY_BYTES = 4_194_304
/** How much busier than predicted a master may get, as part of one core: the moves themselves take up to a third. */
const BUSIER_MOST = 0.5
/** More additional evictions a second than this are not due to chance. */
const EVICTIONS_MORE = 50

type Master = { facts: TargetFacts; address: string; load: number; keys: number; used: number | null; limit: number }

/** Moves slots off the busiest master of a cluster, chosen by the load that was measured of each: the fewest keys that even the masters out. */
export const slotMoves: Advisor = {
  id: 'slot-moves',
  title: 'Move slots to other masters',
  answers: ['cache/slot-imbalance'],
  spanMs: 120_000,
  propose(finding, window, topology) {
    const source = topology.targets.find(({ name }) => name === finding.subject.target)
    if (!source?.cluster) return null
    const { id } = source.cluster
    const facts = topology.targets.filter(({ cluster }) => cluster?.id === id && cluster.slots > 0)
    const obstacle = obstacleIn(facts)
    if (obstacle) return obstacle
    const recent = window.between(window.to - OVER_MS, window.to)
    const before = measure('cluster_load_imbalance', { cluster: id }, recent)
    const masters = facts.map((one) => masterOf(one, recent))
    const [record] = window.records('slot-load', source.name)
    if (before.is === 'unjudged' || !record || window.to - record.at > FRESH_MS || masters.some((one) => one === null)) return null
    // Counted a part at a time: not all of them are known yet.
    if (record.slots.length < 0.99 * record.of) return null
    const all = masters as Master[]
    const from = all.find((one) => one.facts === source)!
    const busiest = all.reduce((a, b) => (b.load > a.load ? b : a))
    if (busiest !== from)
      return {
        none: `By the time that its commands take, ${busiest.facts.name} is the busiest of the cluster, not ${source.name}: slots are moved off that one first.`,
      }
    const sum = (of: (one: Master) => number) => all.reduce((total, one) => total + of(one), 0)
    const loads = loadsOf({
      record,
      load: from.load,
      keys: from.keys,
      bytes: from.used,
      cluster: { load: sum((one) => one.load), keys: sum((one) => one.keys) },
      hotKeys: window.records('hot-key', source.name).filter(({ at }) => window.to - at < FRESH_MS),
    })
    if (typeof loads === 'string') return { none: `Which slots to move is not known: ${loads}.` }
    const others = all.filter((one) => one !== from)
    const fixed = new Set(
      window.records('big-key', source.name).flatMap(({ key, bytes }) => (bytes >= BIG_KEY_BYTES ? [clusterSlot(key)] : [])),
    )
    const movable = loads.slots.filter(({ slot }) => !fixed.has(slot))
    const plan = planMoves({ load: from.load, slots: movable }, others.map((one) => ({ load: one.load, room: roomOf(one) }))) // biome-ignore format: one line
    return adviceOf({ from, others, plan, loads, before, cluster: id, window })
  },
}

/** Why nothing can be moved in this cluster just now. */
function obstacleIn(masters: readonly TargetFacts[]): NoRemedy | null {
  const served = masters.reduce((sum, { cluster }) => sum + cluster!.slots, 0)
  if (served !== CLUSTER_SLOTS)
    return { none: `Masters that are watched serve ${count(served)} of the ${count(CLUSTER_SLOTS)} slots: watch all nodes of the cluster (\`cluster:\`), then slots can be moved.` } // biome-ignore format: one line
  const open = masters.find(({ cluster }) => cluster!.open && cluster!.open.length > 0)
  if (open)
    return { none: `Slot ${open.cluster!.open![0]!.slot} of ${open.name} is open: something moves it, or left it so. No other slot is moved before it is closed.` } // biome-ignore format: one line
  const nameless = masters.find(({ cluster }) => !cluster!.address)
  return nameless
    ? { none: `${nameless.name} does not know the address at which the cluster reaches it, so nothing can be sent there.` }
    : null
}

/** Null while something of it has not been measured. */
function masterOf(facts: TargetFacts, recent: SeriesWindow): Master | null {
  const target = facts.name
  const load = measuredValue('cache_command_seconds_total', { target }, recent)
  const newest = (metric: string) => {
    const series = recent.series(metric, { target }).find(({ labels }) => Object.keys(labels).length === 1)
    return series ? latest(series.points) : null
  }
  const keys = newest('cache_items')
  if (load === null || keys === null) return null
  return { facts, address: facts.cluster!.address!, load, keys, used: newest('cache_memory_used_bytes'), limit: newest('cache_memory_max_bytes') ?? 0 } // biome-ignore format: one line
}

/** A cache that is full evicts what it reads least; a store that is full refuses writes. */
const roomOf = ({ facts, used, limit }: Master) =>
  facts.role === 'store' && limit > 0 && used !== null ? Math.max(0, 0.9 * limit - used) : Number.POSITIVE_INFINITY

type About = {
  from: Master
  others: Master[]
  plan: SlotPlan
  loads: MasterLoads
  before: Extract<Measurement, { is: 'measured' }>
  cluster: string
  window: SeriesWindow
}

function adviceOf({ from, others, plan, loads, before, cluster, window }: About): Draft | NoRemedy {
  const mean = (from.load + others.reduce((sum, { load }) => sum + load, 0)) / (others.length + 1)
  const factor = (load: number) => load / mean
  const after = factor(Math.max(plan.left, ...plan.loads))
  if (plan.moves.length === 0 || factor(from.load) - after < GAIN_MIN * (factor(from.load) - 1))
    return unmovable(from, others, loads, mean, window)
  const errors = others.map((_, k) => loads.error(plan.moves.reduce((sum, { to, load }) => sum + (to === k ? load : 0), 0)))
  // How far the imbalance itself swings from minute to minute.
  const swing = Math.max(before.high - before.value, before.value - before.low) * (after / before.value)
  const high = Math.max(factor(plan.left + loads.error(plan.load)), ...plan.loads.map((load, k) => factor(load + errors[k]!))) + swing
  const low = Math.max(1, Math.min(after, factor(Math.max(plan.left - loads.error(plan.load), ...plan.loads)) - swing))
  if (high >= before.value)
    return {
      none: `What moving slots would bring is smaller than its uncertainty: the busiest master does ${text(before.value, 'factor')} the mean, and ${text(after, 'factor')} (${text(low, 'factor')} to ${text(high, 'factor')}) afterwards. Wait for steadier traffic.`,
    }
  const slots = plan.moves.map(({ slot }) => slot)
  const target = from.facts.name
  const takers = others.map((one, k) => ({ one, slots: plan.moves.filter(({ to }) => to === k).length })).filter((taker) => taker.slots > 0)
  return {
    steps: [
      {
        setting: settingText({ of: { target }, name: slotsName(slots) }),
        before: from.address,
        after: ownersText(new Map(plan.moves.map(({ slot, to }) => [slot, others[to]!.address]))),
      },
    ],
    because: `${count(slots.length)} of its slots carry ${text(plan.load / from.load, 'ratio')} of the load of ${safe(target, 80)} with ${count(plan.keys)} keys (${text(plan.bytes, 'bytes')}). They move one by one: ${takers.map((taker) => `${count(taker.slots)} to ${safe(taker.one.facts.name, 80)}`).join(', ')}. They are those that carry the load with the fewest keys; clients are redirected while a slot moves and lose nothing.`,
    predict: {
      metric: 'cluster_load_imbalance',
      where: { cluster },
      unit: 'factor',
      before: before.value,
      after,
      low,
      high: Math.max(after, high),
      basis: loads.method,
    },
    guards: guards(from, others, plan, window),
    risk: from.facts.role === 'store' ? 'medium' : 'low',
    riskBecause: `While a slot is open, reads of its keys may take two requests, and commands on several of its keys may be refused for moments (TRYAGAIN). A batch of keys holds both servers for about a millisecond. The job waits while one of them is busy.${others.some(isFull) ? ' A master that is full evicts other keys for those that it gets.' : ''} A roll-back moves the slots back.`,
  }
}

const isFull = ({ used, limit }: Master) => limit > 0 && used !== null && used > 0.9 * limit

/** What is left where moving slots does not help: one of them is the load by itself. */
function unmovable(from: Master, others: readonly Master[], loads: MasterLoads, mean: number, window: SeriesWindow): NoRemedy {
  const hottest = loads.slots.reduce<SlotLoad | null>((best, one) => (!best || one.load > best.load ? one : best), null)
  if (!hottest || hottest.load < 0.5 * (from.load - mean)) {
    const next = others.reduce((best, one) => (one.load > best.load ? one : best))
    const because =
      next.load > mean
        ? `${safe(next.facts.name, 80)} does ${text(next.load / mean, 'factor')} the mean as well`
        : others.some((one) => roomOf(one) === 0)
          ? 'another one is a full store'
          : 'its slots carry too little of its load, or hold too many keys or too large ones to be moved at once'
    return { none: `Moving slots off ${safe(from.facts.name, 80)} would even the masters out by little: ${because}.` }
  }
  const [key] = window.records('hot-key', from.facts.name).filter((one) => clusterSlot(one.key) === hottest.slot).sort((a, b) => b.share - a.share) // biome-ignore format: one line
  const named = key
    ? `Its hottest key is ${safe(key.key, 80)}, ${text(key.share, 'ratio')} of the reads.`
    : `\`CLUSTER GETKEYSINSLOT ${hottest.slot} 100\` lists its keys.`
  return {
    none: `Slot ${hottest.slot} alone carries ${text(hottest.load / from.load, 'ratio')} of the load of ${safe(from.facts.name, 80)}: wherever it stands, that master is the busiest. ${named} Keep a copy of such keys in the application for a second, split them into several with other names, or read them from replicas.`,
  }
}

function guards(from: Master, others: readonly Master[], plan: SlotPlan, window: SeriesWindow): Guard[] {
  const takers = others.flatMap((one, k) => (plan.moves.some(({ to }) => to === k) ? [{ one, load: plan.loads[k]! }] : []))
  const busy = [{ one: from, load: from.load }, ...takers].map(
    ({ one, load }): Guard => ({
      metric: 'cache_command_seconds_total',
      where: { target: one.facts.name },
      unit: 'ratio',
      op: '>',
      limit: load + BUSIER_MOST,
      forMs: 10_000,
      why: 'the server is much busier than its slots explain, so that all its clients wait',
    }),
  )
  const evicting = takers.map(({ one }): Guard => {
    const where = { target: one.facts.name }
    const before = measure('cache_eviction_rate', where, window)
    const limit = (before.is === 'measured' ? before.high : 0) + EVICTIONS_MORE
    return { metric: 'cache_eviction_rate', where, unit: 'perSecond', op: '>', limit, forMs: 20_000, why: 'keys are evicted for those that it gets' } // biome-ignore format: one line
  })
  return [...busy, ...evicting]
}
