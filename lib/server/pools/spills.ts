import { safe, text } from '../../format/format.ts'
import { servingOf } from '../../model/serving.ts'
import type { Pool } from '../../model/topology.ts'
import { slotsOf } from '../../rings/boundedLoad.ts'
import { poolSpills } from '../../rings/poolShares.ts'

const NAMED = 5
/** A host whose share is beyond its bound by less hands on too little to speak of. */
const LITTLE = 0.001

/** What a bound on load (`hash_balance_factor`) does to the pool, a sentence each: foreseen from its ring, and at this moment from the requests under way. */
export function spillsOf(pool: Pool, sessionsOf: (server: string) => number | null): string[] | undefined {
  const factor = pool.ring?.options?.hashBalanceFactor
  const spills = poolSpills(pool)
  if (factor === undefined || !spills) return undefined
  const beyond = [...spills].filter(([, { owned, most }]) => owned > most + LITTLE)
  const spilled = beyond.reduce((sum, [, { owned, most }]) => sum + owned - most, 0)
  const now = overNow(pool, factor, sessionsOf)
  return [
    `Each server takes at most ${text(factor / 100, 'factor')} its part of what is under way; while it has that, its keys go on to others, each key in an order of its own.`,
    beyond.length === 0
      ? 'No server owns more of the keys than it may take: only popular keys and bursts go on to others.'
      : `Under load ${text(spilled, 'ratio')} of the requests go on to others, if keys are asked alike: ${listed(beyond.map(([name, { owned, most }]) => `${safe(name, 60)} owns ${text(owned, 'ratio')} and is held to ${text(most, 'ratio')}`))}.`,
    ...(now.length > 0 ? [`Now at their bound: ${listed(now)}.`] : []),
  ]
}

/** Servers that have as many requests under way as they may, or more: what comes for them next goes on. */
function overNow(pool: Pool, factor: number, sessionsOf: (server: string) => number | null): string[] {
  const serving = servingOf(pool).map((server) => ({ server, active: sessionsOf(server.name) }))
  if (serving.some(({ active }) => active === null)) return []
  const [all, weights] = serving.reduce(([sum, total], { server, active }) => [sum + active!, total + server.weightEffective], [0, 0])
  return serving.flatMap(({ server: { name, weightEffective }, active }) => {
    const slots = slotsOf(weightEffective / weights, all, factor)
    return active! > slots ? [`${safe(name, 60)} (${active} under way, ${slots} allowed)`] : []
  })
}

const listed = (texts: readonly string[]) =>
  texts.length > NAMED ? `${texts.slice(0, NAMED).join(', ')} and ${texts.length - NAMED} more` : texts.join(', ')
