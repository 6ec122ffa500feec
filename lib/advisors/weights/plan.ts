import { median } from '../../math/robust.ts'
import { isSlow, SLOW_LIMITS, type SlowLimits } from '../../metrics/slow.ts'
import type { PoolServer } from '../../model/topology.ts'
import type { Ceiling } from './ceilings.ts'
import { fastestOf, type Load } from './loads.ts'

/** What one step may take of a server's share: the effect of a mistake stays small, and the next look tells more. */
const STEP_MOST = 0.25
/** From this multiple of the others' response on, once it has lasted, the fault is certain: one step may go all the way. */
const PLAIN = 3
const LASTING_MS = 20_000
/** From this multiple on, the step goes all the way at once. */
const GLARING = 6
/** No server is sent more than this many times its present load by one step; less where servers have shown that they queue. */
const LOAD_MOST = 1.6
const LOAD_MOST_QUEUED = 1.3
/** A server at this share of what its speed allows needs no lighter weight; the cause is elsewhere. */
const NEAR = 1.05
/** Parts of the rate at which a server was slow: the one it may get in any case, the other when no other server has room. */
const EASE = 0.5
const FULL = 0.85
/** From this multiple of the fastest response on, a server is given no more. */
const BUSY = 1.5
/** Requests a second that every server keeps, so that its recovery can be measured. */
const SEEN_PER_SECOND = 4

/** A server that is to take less: how much of the requests it is to get, and what it must not fall below in this step. */
export type Cut = { load: Load; wanted: number; least: number }
export type Plan = {
  cuts: Cut[]
  /** The share that is wanted for every server. */
  wanted: Map<Load, number>
  /** Those that had been lowered and take more again. */
  back: Load[]
  /** The others keep their shares relative to each other: their weights may stay. */
  keeps: boolean
  /** Share at which each server has the same work under way at a time (Little's law). */
  fair: number
  /** Mean response of the fastest, in seconds. */
  fastest: number
}

/**
 * Who gives and who takes in one step. What is slow gives: to what its speed allows (shares in proportion to 1 / response) when it is plain,
 * else a quarter. It goes first to servers that were lowered before and can do more, up to half of the rate that once was too much for
 * them; then to those with room; then up to nearly that rate. What no other server can take stays.
 */
export function planOf(
  own: Load,
  loads: Load[],
  ceilings: Map<PoolServer, Ceiling>,
  now: number,
  limits: SlowLimits = SLOW_LIMITS,
): Plan | string {
  const name = own.server.name
  const speeds = loads.reduce((sum, { response }) => sum + 1 / response.value, 0)
  const fairOf = ({ response }: Load) => 1 / response.value / speeds
  const fastest = fastestOf(loads)
  // A server that got fast with less shows that slowness follows load here: going all the way would overshoot.
  const eased = loads.some(({ server }) => ceilings.get(server)?.eased)
  const total = loads.reduce((sum, { rate }) => sum + rate, 0)
  const ceilingOf = (load: Load) => (total > 0 ? (ceilings.get(load.server)?.rate ?? Number.POSITIVE_INFINITY) / total : 1)

  // Where slowness follows load, less of it helps below that share too.
  const isFair = (load: Load) => !ceilings.get(load.server)?.eased && load.share <= fairOf(load) * NEAR
  if (isFair(own)) return `${name} already takes no more than its speed allows. The cause is on the server itself.`
  const slow = loads.filter((load) => load === own || (isSlow(load.response.value, fastest, limits) && !isFair(load)))
  if (slow.length === loads.length) return 'All servers are slow alike: no weight would help.'
  const cuts = slow.map((load): Cut => {
    const normal = median(loads.filter((other) => other !== load).map(({ response }) => response.value))!
    const lasts = now - load.response.from >= LASTING_MS
    const all = !eased && load.response.value >= (lasts ? PLAIN : GLARING) * normal
    const least = all ? Math.min(SEEN_PER_SECOND / Math.max(total, 1e-9), load.share / 4) : load.share * (1 - STEP_MOST)
    return { load, least, wanted: Math.max(ceilings.get(load.server)?.eased ? 0 : fairOf(load), least) }
  })

  const wanted = new Map(loads.map((load) => [load, cuts.find((cut) => cut.load === load)?.wanted ?? load.share]))
  const rest = loads.filter((load) => !slow.includes(load))
  const known = rest.filter(({ server }) => ceilings.has(server))
  const easeOf = (load: Load) => EASE * ceilingOf(load)
  const sound = rest.filter((load) => !load.failing && load.response.value < BUSY * fastest)
  const back = sound.filter((load) => known.includes(load) && load.share < easeOf(load))
  const open = sound.filter((load) => !known.includes(load))
  const most = eased ? LOAD_MOST_QUEUED : LOAD_MOST
  let left = 1 - [...wanted.values()].reduce((sum, share) => sum + share, 0)
  const give = (takers: Load[], mostOf: (load: Load) => number) => {
    const room = takers.map((load) => Math.max(0, mostOf(load) - wanted.get(load)!))
    const sum = room.reduce((all, one) => all + one, 0)
    const part = Math.min(1, left / sum)
    if (!(sum > 0)) return
    for (const [i, load] of takers.entries()) wanted.set(load, wanted.get(load)! + part * room[i]!)
    left -= part * sum
  }
  give(back, easeOf)
  give(open, ({ share }) => most * share)
  give(
    sound.filter((load) => known.includes(load)),
    (load) => Math.min(most * wanted.get(load)!, FULL * ceilingOf(load)),
  )
  give(slow, ({ share }) => share)
  for (const cut of cuts) cut.wanted = wanted.get(cut.load)!
  if (cuts.every((cut) => cut.wanted > 0.97 * cut.load.share)) return 'The other servers have no room for more, so no weight would help.'
  const growth = rest.map((load) => wanted.get(load)! / load.share)
  return {
    cuts,
    wanted,
    back: back.filter((load) => wanted.get(load)! > 1.02 * load.share),
    keeps: Math.max(...growth) < 1.01 * Math.min(...growth),
    fair: fairOf(own),
    fastest,
  }
}
