import { count, duration, text } from '../format/format.ts'
import { median } from '../math/robust.ts'
import {
  cameUpAt,
  poolLabels,
  type Response,
  recentResponse,
  requestsOf,
  responseBetween,
  serverSeries,
  smoothingOf,
  taking,
} from '../measures/traffic.ts'
import type { Advisor } from '../model/detector.ts'
import type { Finding } from '../model/finding.ts'
import type { Draft, NoRemedy, Step } from '../model/proposal.ts'
import type { Pool, PoolServer, Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'

/** What one step may take of a server's share: the effect of a mistake stays small, and the next look tells more. */
const STEP_MOST = 0.25
/** At this many times the others' response it is plain what is wrong: one step may go all the way. */
const PLAIN = 3
/** No other server is sent more than this many times its present load by one step. */
const LOAD_MOST = 1.6
/** Another server of the pool counts as slow by what balancer/slow-server calls slow. */
const SLOW = 2
const SLOWER = 0.02
/** A server at this share of what its speed allows needs no lighter weight; the cause is elsewhere. */
const NEAR = 1.05
/** A server that was lowered before and is fast now may go back to this part of an even share at once: its own load says little. */
const BACK = 0.5
/** So many requests a second are left to a server that loses the most: it must be seen when it has recovered. */
const SEEN_PER_SECOND = 4
/** A server that came up so lately is cold. */
const COLD_MS = 60_000
/**
 * The window begins at the last write. What stood in a queue then is counted before and timed after it, so that a mean which is freed of
 * its smoothing comes out too low, or below nothing.
 */
const DRAIN_MS = 10_000
/** History that a prediction rests on at most. */
const SPAN_MS = 600_000
/** Requests in each stretch for a first estimate, and how far back to look for them; as balancer/slow-server does. */
const REQUESTS_MIN = 40
const LONGEST_MS = 180_000

type Load = { server: PoolServer; response: Response; share: number }

/**
 * Less weight for a slow server: so much that each server of the pool has the same work under way at a time (Little's law: share times
 * response is equal), which evens the waiting without guessing at capacities. The prediction takes each server's response as it is now;
 * its interval allows for the others to slow down under more load, and for the slow one to recover under less.
 */
export const poolWeights: Advisor = {
  id: 'pool-weights',
  title: 'Shift weight off a slow server',
  answers: ['balancer/slow-server'],
  spanMs: SPAN_MS,
  propose(finding, window, topology) {
    const pool = topology.pools.find(({ target, name }) => target === finding.subject.target && name === finding.subject.pool)
    const slow = pool?.servers.find(({ name }) => name === finding.subject.server)
    if (!pool || !slow) return null
    const obstacle = obstacleTo(pool, slow)
    if (obstacle) return { none: obstacle }
    const up = cameUpAt(window, pool, slow)
    if (up !== null && window.to - up < COLD_MS)
      return { none: `${slow.name} came up less than a minute ago: it is cold, and a weight would only keep it so.` }
    const loads = loadsOf(finding, window.between(Math.min(window.to, window.from + DRAIN_MS), window.to), pool)
    const own = loads?.find(({ server }) => server === slow)
    if (!loads || !own || loads.length < 2) return null
    return draft(pool, own, loads, window, topology)
  },
}

/** Why no weight is the remedy here, or null. */
function obstacleTo(pool: Pool, slow: PoolServer): string | null {
  const writer = pool.servers.find((server) => server.otherWriter)
  if (writer) return `${writer.otherWriter} already moves the weights of ${pool.name}: two hands on one knob would fight.`
  if (pool.balances === 'hash')
    return `Keys choose the server in ${pool.name}: ${slow.name} may be slow because it was given the expensive ones, and another weight would send those keys, cold, to other servers. Look at what it is asked for first.`
  if (pool.balances === 'load')
    return `${pool.algorithm} already sends ${slow.name} less the longer it takes. The cause is on the server itself.`
  if (pool.balances === 'unknown') return `Nothing says how ${pool.algorithm} turns weights into shares, so no effect could be predicted.`
  return null
}

/** Response and share of each server since the problem began. Null while too little was seen. */
function loadsOf(finding: Finding, window: SeriesWindow, pool: Pool): Load[] | null {
  const servers = taking(pool)
  const since = Math.max(finding.since, window.to - SPAN_MS)
  const responses = servers.map((server): Response | null => {
    const times = serverSeries(window, 'pool_response_seconds', pool, server)?.points
    const counts = serverSeries(window, 'pool_requests_total', pool, server)?.points
    const long =
      times && counts && window.to - since >= 15_000
        ? responseBetween(times, counts, since, window.to, smoothingOf(window, poolLabels(pool)))
        : null
    return long && long.requests >= 3 * REQUESTS_MIN ? long : recentResponse(window, pool, server, REQUESTS_MIN, LONGEST_MS)
  })
  // No server answers in no time: the numbers do not fit together yet.
  if (!responses.every((response) => response !== null && response.value > response.error)) return null
  // The weights say how a round robin shares out, sharper than any count; only where nothing is known, the count does.
  const sum = servers.reduce((total, server) => total + server.weightEffective, 0)
  return servers.map((server, i) => ({ server, response: responses[i]!, share: server.weightEffective / sum }))
}

/** A server that is to take less: how much of the requests it is to get, and what it must not fall below in this step. */
type Cut = { load: Load; wanted: number; least: number }

function draft(pool: Pool, own: Load, loads: Load[], window: SeriesWindow, topology: Topology): Draft | NoRemedy {
  const slow = own.server
  // Equal work under way everywhere: shares in proportion to speed.
  const speeds = loads.reduce((sum, { response }) => sum + 1 / response.value, 0)
  const fairOf = ({ response }: Load) => 1 / response.value / speeds
  const normal = median(loads.filter((load) => load !== own).map(({ response }) => response.value))!
  if (own.share <= fairOf(own) * NEAR)
    return {
      none: `${slow.name} already takes no more than its speed allows (${text(own.share, 'ratio')} of the requests). The cause is on the server itself.`,
    }
  // Another slow one would be handed a part of what this one loses: they are lowered together.
  const cut = loads.filter((load) => load === own || (isSlow(load, normal) && load.share > fairOf(load) * NEAR))
  const rest = loads.filter((load) => !cut.includes(load))
  if (rest.length === 0) return { none: `All servers of ${pool.name} are slow alike: no weight would help.` }
  // One that was lowered and is fast again proves that here slowness follows load: then going all the way would overshoot.
  const back = rest.filter((load) => load.share < BACK / loads.length && load.share * NEAR < fairOf(load))
  const seen = SEEN_PER_SECOND / rateOf(loads, window)
  const cuts = limited(
    cut.map((load) => {
      const all = back.length === 0 && load.response.value >= PLAIN * normal
      const least = all ? Math.min(seen, load.share / 4) : load.share * (1 - STEP_MOST)
      return { load, least, wanted: Math.max(fairOf(load), least) }
    }),
    rest.reduce((sum, load) => sum + mostOf(load, loads.length), 0),
    rest.reduce((sum, load) => sum + load.share, 0),
  )
  const weights =
    back.length > 0
      ? weightsOf(pool, cuts, given(rest, 1 - cuts.reduce((sum, { wanted }) => sum + wanted, 0), fairOf, loads.length))
      : weightsFor(pool, cuts, rest)
  if (!weights) return { none: `The weights of ${pool.name} leave no room: ${slow.name} is at the least that still gets traffic.` }

  const sum = loads.reduce((total, { server }) => total + weights.get(server.name)!, 0)
  const after = loads.map((load) => ({ ...load, next: weights.get(load.server.name)! / sum }))
  const nextOwn = after.find(({ server }) => server === slow)!.next
  const isCut = (server: PoolServer) => cuts.some(({ load }) => load.server === server)
  // Its own few requests are no measure for one that goes back to a part of an even share.
  const grown = ({ next, share }: (typeof after)[number]) => next / Math.max(share, Math.min(next, BACK / loads.length))
  const extra = Math.max(...after.filter(({ server }) => !isCut(server)).map(grown))
  const mean = (of: (load: (typeof after)[number]) => number) => after.reduce((total, load) => total + of(load), 0)
  const before = mean(({ share, response }) => share * response.value)
  const then = mean(({ next, response }) => next * response.value)
  // Under less load the slow one may recover in proportion; under more, the others may slow down by half of what is added.
  const best = mean(
    ({ server, next, share, response }) => next * (isCut(server) ? normal + (response.value - normal) * (next / share) : response.value),
  )
  const worst = mean((load) => load.next * load.response.value * (1 + Math.max(0, grown(load) - 1) / 2))
  const grain = mean(({ next, response }) => next * response.error) + 0.05 * then

  const steps = [...weights].flatMap(([name, weight]): Step[] => {
    const server = pool.servers.find((one) => one.name === name)!
    return weight === server.weightSet
      ? []
      : [{ setting: { target: pool.target, name: `${pool.name}/${name}/weight` }, before: String(server.weightSet), after: String(weight) }]
  })
  if (steps.length === 0) return { none: `The weights of ${pool.name} are as near to it as whole numbers come.` }
  const where = { target: pool.target, pool: pool.name }
  const requests = loads.reduce((total, { response }) => total + response.requests, 0)
  const span = window.to - Math.min(...loads.map(({ response }) => response.from))
  const errors = errorRatio(window, pool, span)
  const lines = steps.map(({ setting, after: weight }) => `server ${setting.name.split('/')[1]} … weight ${weight}`)
  return {
    steps: steps as [Step, ...Step[]],
    because: `${slow.name} answers in ${text(own.response.value, 'seconds')}, the others in ${text(normal, 'seconds')}. With ${text(own.share, 'ratio')} of the requests it makes the mean of ${pool.name} ${text(before, 'seconds')}; this step leaves it ${text(nextOwn, 'ratio')}${nextOwn > 1.1 * fairOf(own) ? `, on the way to ${text(fairOf(own), 'ratio')}, where` : ', so that'} each server has the same work under way at a time.${alsoText(cuts, slow)}${backText(back)} The others take ${text(extra, 'factor')} their present load.`,
    predict: {
      metric: 'pool_response_seconds',
      where,
      unit: 'seconds',
      before,
      after: then,
      low: Math.max(0, Math.min(best, then) - grain),
      high: Math.max(worst, then) + grain,
      basis: `response times of ${duration(span)}, ${count(requests)} requests`,
    },
    guards: [
      {
        metric: 'pool_error_ratio',
        where,
        unit: 'ratio',
        op: '>',
        limit: Math.max(0.02, 3 * errors + 0.01),
        forMs: 5_000,
        why: 'the others fail under what they were given',
      },
      {
        metric: 'pool_response_seconds',
        where,
        unit: 'seconds',
        op: '>',
        limit: Math.max(before * 1.2, before + 0.005),
        forMs: 10_000,
        why: 'the pool answers more slowly than before',
      },
    ],
    risk: extra > 1.35 ? 'medium' : 'low',
    riskBecause: `The others take ${text(extra, 'factor')} their load. A weight is put back exactly.`,
    ...(topology.targets.find((target) => target.name === pool.target)?.kind === 'haproxy'
      ? {
          patch: `# a weight set at run time is lost when HAProxy reloads\nbackend ${pool.name}\n${lines.map((line) => `    ${line}`).join('\n')}`,
        }
      : {}),
    ...(pool.liveWeights ? {} : { patchOnly: pool.because ?? `${pool.algorithm} takes no weights at run time.` }),
  }
}

const isSlow = ({ response }: Load, normal: number) => response.value >= SLOW * normal && response.value - normal >= SLOWER

const alsoText = (cuts: Cut[], slow: PoolServer) => {
  const names = cuts.flatMap(({ load }) => (load.server === slow ? [] : load.server.name))
  return names.length === 0
    ? ''
    : ` ${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} slow too and would be handed a part of that: lowered alike.`
}

const backText = (back: Load[]) =>
  back.length === 0
    ? ''
    : ` ${back.map(({ server }) => server.name).join(' and ')} had been lowered and ${back.length === 1 ? 'is' : 'are'} fast now: given more again.`

/** Requests a second of the whole pool, as the stretches of the responses saw them. */
const rateOf = (loads: Load[], window: SeriesWindow) =>
  loads.reduce((sum, { response }) => sum + response.requests / Math.max(1, (window.to - response.from) / 1000), 0)

/** The largest share that a server is trusted with in this step. */
const mostOf = ({ share }: Load, servers: number) => Math.max(LOAD_MOST * share, BACK / servers)

/** What is left for the rest, in proportion to speed, none above what it is trusted with. */
function given(rest: Load[], left: number, fairOf: (load: Load) => number, servers: number): Map<Load, number> {
  const shares = new Map<Load, number>()
  let open = rest
  let free = left
  while (open.length > 0) {
    const sum = open.reduce((total, load) => total + fairOf(load), 0)
    const full = open.filter((load) => (free * fairOf(load)) / sum > mostOf(load, servers))
    if (full.length === 0 || full.length === open.length) {
      for (const load of open) shares.set(load, (free * fairOf(load)) / sum)
      return shares
    }
    for (const load of full) {
      shares.set(load, mostOf(load, servers))
      free -= mostOf(load, servers)
    }
    open = open.filter((load) => !full.includes(load))
  }
  return shares
}

/** Whole weights for the wanted share of every server, the largest as large as any is now (20 at least, for fine enough steps). */
function weightsOf(pool: Pool, cuts: Cut[], rest: Map<Load, number>): Map<string, number> {
  const wanted = new Map([
    ...cuts.map(({ load, wanted }): [string, number] => [load.server.name, wanted]),
    ...[...rest].map(([load, share]): [string, number] => [load.server.name, share]),
  ])
  const most = Math.min(pool.weightMax, Math.max(20, ...pool.servers.map(({ weightSet }) => weightSet)))
  const unit = Math.max(...wanted.values()) / most
  return new Map(
    pool.servers.map(({ name, weightSet }) => {
      const share = wanted.get(name)
      return [name, share === undefined ? weightSet : Math.max(1, Math.round(share / unit))]
    }),
  )
}

/** The same cuts, all made smaller alike where the rest would be sent more than it can be trusted with. */
function limited(cuts: Cut[], most: number, share: number): Cut[] {
  const next = 1 - cuts.reduce((sum, { wanted }) => sum + wanted, 0)
  if (next <= most) return cuts
  const part = (most - share) / (next - share)
  return cuts.map((cut) => ({ ...cut, wanted: cut.load.share - part * (cut.load.share - cut.wanted) }))
}

/**
 * Whole weights that give the slow servers about the wanted shares, and no less than `least`. Theirs alone where that is fine enough; else
 * all of the pool are multiplied (weights of 1 leave nothing to lower), by as little as does it. Null when nothing brings them nearer.
 */
export function weightsFor(pool: Pool, cuts: Cut[], rest: Load[]): Map<string, number> | null {
  const base = rest.reduce((sum, { server }) => sum + server.weightSet, 0)
  const left = 1 - cuts.reduce((sum, { wanted }) => sum + wanted, 0)
  const largest = Math.max(...pool.servers.map(({ weightSet }) => weightSet))
  let best: { off: number; lowered: number[]; times: number } | null = null
  for (let times = 1; times * largest <= pool.weightMax; times++) {
    const lowered = cuts.map(({ wanted, least }) => {
      const exact = (wanted / left) * times * base
      return Math.max(1, least > 0 ? Math.ceil(exact - 1e-9) : Math.round(exact))
    })
    const sum = times * base + lowered.reduce((total, weight) => total + weight, 0)
    if (cuts.some(({ load }, i) => lowered[i]! / sum >= load.share)) continue
    const off = Math.max(...cuts.map(({ wanted }, i) => Math.abs(lowered[i]! / sum / wanted - 1)))
    if (!best || off < best.off - 0.02) best = { off, lowered, times }
    if (best.off < 0.06) break
  }
  if (!best) return null
  const { lowered, times } = best
  return new Map(
    pool.servers.map((server) => {
      const i = cuts.findIndex(({ load }) => load.server === server)
      return [server.name, i >= 0 ? lowered[i]! : times * server.weightSet]
    }),
  )
}

function errorRatio(window: SeriesWindow, pool: Pool, ms: number): number {
  const sum = (metric: string) => pool.servers.reduce((total, server) => total + (requestsOf(window, pool, server, ms, metric) ?? 0), 0)
  const requests = sum('pool_requests_total')
  return requests > 0 ? sum('pool_errors_total') / requests : 0
}
