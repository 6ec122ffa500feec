import { simulatedCaches } from './simulatedCaches.ts'
import { straightLine } from './straightLine.ts'
import type { Bench } from './table.ts'

const SIZES = [100, 200, 400]
/** Until each probe has had its turns, rules have learned, and the samples of keys that were saved up are taken: those of few caches last longest. */
const WARM_UP_S = 40
const MEASURED_S = 10

/** CPU time of one cache for one second of its time, ms. */
async function costOf(caches: number): Promise<number> {
  const fleet = simulatedCaches(caches)
  await fleet.pass(WARM_UP_S * 1_000)
  const before = process.cpuUsage()
  await fleet.pass(MEASURED_S * 1_000)
  const { user, system } = process.cpuUsage(before)
  const up = fleet.engine.states().filter(({ state }) => state === 'up').length
  await fleet.close()
  if (up < caches) throw new Error(`${caches - up} of ${caches} caches are not up`)
  return (user + system) / 1_000 / caches / MEASURED_S
}

/** What holds the cost of a large fleet: ratios, which are the same on a fast machine and a slow one, idle or not. */
export const bench: Bench = {
  name: 'linear',
  title: 'simulated caches with all probes and rules in simulated time: a further one costs as much as the first',
  async run() {
    const costs: number[] = []
    // The first fleet also pays for what is compiled.
    await costOf(20)
    for (const caches of SIZES) costs.push(await costOf(caches))
    const { rSquared } = straightLine(SIZES.map((caches, i) => [caches, caches * costs[i]!]))
    return [
      ...SIZES.map((caches, i) => ({ what: `a cache among ${caches}, a second`, value: costs[i]!, unit: 'ms of CPU' })),
      { what: `a cache among ${SIZES.at(-1)}, as a part of one among ${SIZES[0]}`, value: costs.at(-1)! / costs[0]!, goal: { most: 1.15 } },
      { what: 'how much of the cost a straight line tells (R²)', value: rSquared, goal: { least: 0.97 } },
    ]
  },
}
