import { poisson } from './normal.ts'
import { normal, randomOf } from './random.ts'

/** Seconds of a night of eight hours, in which nothing is wrong. */
export const NIGHT = 28_800

/** How the reads of a healthy cache and its hit ratio move. */
export type Traffic = {
  name: string
  perSecond: number
  /** Of the ratio: noise that resembles its last value (`keep` of it stays a second), waves of minutes, and the drift of the night. */
  wander: { size: number; keep: number }
  waves: number
  drift: number
  /** Scatter of the ratio from second to second beyond counting: readers that ask in bunches. */
  bunches: number
  /** Share of the time in which three times as much is read. */
  bursts: number
}

const calm: Omit<Traffic, 'name' | 'perSecond'> = { wander: { size: 0, keep: 0 }, waves: 0, drift: 0, bunches: 0, bursts: 0 }

/** Kinds of normal traffic; each at rates from a few reads a second to a thousand. */
export const TRAFFIC: readonly Traffic[] = [
  { ...calm, name: 'independent reads', perSecond: 200 },
  { ...calm, name: 'few reads', perSecond: 8 },
  { ...calm, name: 'reads in bunches', perSecond: 150, bunches: 0.03 },
  { ...calm, name: 'bursts', perSecond: 300, bursts: 0.05, wander: { size: 0.006, keep: 0.9 } },
  { ...calm, name: 'a ratio that wanders within seconds', perSecond: 700, wander: { size: 0.006, keep: 0.8 } },
  { ...calm, name: 'a ratio that wanders within half a minute', perSecond: 170, wander: { size: 0.008, keep: 0.95 }, waves: 0.015 },
  { ...calm, name: 'a ratio that wanders within minutes', perSecond: 900, wander: { size: 0.015, keep: 0.99 }, waves: 0.01 },
  { ...calm, name: 'the drift of a night', perSecond: 400, drift: 0.1, wander: { size: 0.005, keep: 0.9 } },
]

/** Running sums of such a night, as a rule has them. */
export function nightOf(traffic: Traffic, seed: number, seconds = NIGHT): { hits: Float64Array; lookups: Float64Array } {
  const { perSecond, wander, waves, drift, bunches, bursts } = traffic
  const random = randomOf(seed * 7_919)
  const hits = new Float64Array(seconds + 1)
  const lookups = new Float64Array(seconds + 1)
  const usual = 0.8 + 0.15 * random()
  const period = 180 + 420 * random()
  const phase = 2 * Math.PI * random()
  const fresh = Math.sqrt(1 - wander.keep ** 2) * wander.size
  let [away, burst] = [0, 0]
  for (let t = 0; t < seconds; t++) {
    away = wander.keep * away + fresh * normal(random)
    if (burst > 0) burst--
    else if (random() < bursts / 10) burst = 10
    const swell = Math.sin((2 * Math.PI * t) / period + phase)
    const reads = poisson(perSecond * (1 + 0.25 * swell) * (burst > 0 ? 3 : 1), random)
    const night = -drift * Math.cos((2 * Math.PI * t) / seconds)
    const ratio = Math.min(0.998, Math.max(0.05, usual + away + waves * swell + night / 2 + (bunches > 0 ? bunches * normal(random) : 0)))
    lookups[t + 1] = lookups[t]! + reads
    hits[t + 1] = hits[t]! + reads - Math.min(reads, poisson(reads * (1 - ratio), random))
  }
  return { hits, lookups }
}
