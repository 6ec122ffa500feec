import { setTimeout as sleep } from 'node:timers/promises'
import { wave } from '../../../demo/wave.ts'
import type { AppDraw } from './app.ts'
import type { Lab, LabOptions } from './lab.ts'

export type Random = () => number
export const between = (random: Random, low: number, high: number) => low + (high - low) * random()
const oneOf = <T>(random: Random, all: readonly T[]): T => all[Math.floor(random() * all.length)]!
/** Even on a logarithmic scale: as many small ones as large ones. */
export const scaled = (random: Random, low: number, high: number) => low * (high / low) ** random()

/** A kind of traffic in which nothing is wrong, but for what it marks. Resolves when the recording ends. */
export type Day<L extends Lab = Lab> = {
  name: string
  does: string
  draw?: (random: Random) => Partial<AppDraw>
  load?: (random: Random) => (at: number) => number
  run(lab: L, seconds: number): Promise<void>
}

/** Calls `work` after random pauses, until so many seconds are over. */
export async function nowAndThen(lab: Lab, seconds: number, [low, high]: [number, number], work: () => Promise<void>): Promise<void> {
  const end = lab.second() + seconds
  for (;;) {
    const pause = between(lab.random, low, high)
    if (lab.second() + pause + 30 > end) break
    await sleep(pause * 1_000)
    await work()
  }
  await sleep(Math.max(0, end - lab.second()) * 1_000)
}

const steadily = async (_: Lab, seconds: number) => void (await sleep(seconds * 1_000))

/** The cache is ended and started again, and marked as a fault: nobody's alarm about it is a false one. */
export async function restarted(lab: Lab, lastsS: number): Promise<void> {
  const at = lab.second()
  await lab.restart(between(lab.random, 0.3, 2.5) * 1_000)
  lab.marks.push({
    kind: 'a restart',
    at,
    end: at + lastsS,
    rules: ['cache/restart'],
    sign: { metric: 'cache_uptime_seconds', labels: { target: lab.name }, is: (before, after) => after < before },
  })
}

export const days: readonly Day[] = [
  {
    name: 'diurnal',
    does: 'days of ±60 %, each squeezed into about 20 minutes',
    load(random) {
      const day = between(random, 1_000_000, 1_500_000)
      const phase = random() * day
      const noise = wave(Number.POSITIVE_INFINITY, random)
      return (at) => noise(at) * (1 + 0.6 * Math.sin((2 * Math.PI * (at + phase)) / day))
    },
    run: steadily,
  },
  {
    name: 'bursty',
    does: 'bursts of 1.5 to 4 times the reads for 2 to 25 s, every half minute to two minutes',
    run: (lab, seconds) =>
      nowAndThen(lab, seconds, [20, 120], async () => {
        lab.app.factor = between(lab.random, 1.5, 4)
        await sleep(between(lab.random, 2, 25) * 1_000)
        lab.app.factor = 1
      }),
  },
  {
    name: 'quiet',
    does: '10 operations a second',
    draw: (random) => ({ perSecond: between(random, 8, 12), keys: Math.round(between(random, 200, 2_000)) }),
    run: steadily,
  },
  {
    name: 'deploys',
    does: 'the cache is restarted with a deploy (marked), and one life later its keys end together; in other deploys the application alone is away for some seconds',
    draw: (random) => ({ ttlMs: between(random, 60_000, 150_000), jitter: oneOf(random, [0, 0.02, 0.05]) }),
    run: (lab, seconds) => {
      let deploys = 0
      return nowAndThen(lab, seconds, [150, 300], async () => {
        lab.app.factor = 0
        const away = sleep(between(lab.random, 0.5, 4) * 1_000)
        if (deploys++ % 2 === 0) await restarted(lab, 60)
        await away
        lab.app.factor = 1
      })
    },
  },
  {
    name: 'resetstat',
    does: 'CONFIG RESETSTAT every few minutes',
    run: (lab, seconds) => nowAndThen(lab, seconds, [150, 400], async () => void (await lab.resetStats())),
  },
  {
    name: 'lost-polls',
    does: 'polls are lost for 1 to 2.5 s again and again, and now and then for 8 to 15 s, which nobody can tell from a cache that is down (marked); the application does not notice',
    run: (lab, seconds) =>
      nowAndThen(lab, seconds, [15, 150], async () => {
        const isLong = lab.random() < 0.3
        const at = lab.second()
        lab.gate.closed = true
        await sleep((isLong ? between(lab.random, 8, 15) : between(lab.random, 1, 2.5)) * 1_000)
        lab.gate.closed = false
        if (isLong) lab.marks.push({ kind: 'no answer', at, end: lab.second(), rules: ['fleet/target-down'] })
      }),
  },
  {
    name: 'clock',
    does: 'the clock of the machine that watches is set, forward and back, by seconds to hours',
    run: (lab, seconds) =>
      nowAndThen(lab, seconds, [200, 400], async () => {
        const byMs = Math.round(scaled(lab.random, 2_000, 7_200_000)) * (lab.random() < 0.5 ? 1 : -1)
        lab.clockSteps.push({ at: Math.floor(lab.second()), byMs })
      }),
  },
]

/** Sizes, rates, lives and noise of one cache. */
export function labOf(
  name: string,
  random: Random,
  day: Pick<Day, 'name' | 'draw' | 'load'>,
  rates: readonly [number, number] = [40, 450],
): LabOptions {
  const perSecond = scaled(random, ...rates)
  const ttlMs = between(random, 60_000, 180_000)
  const draw: AppDraw = {
    perSecond,
    keys: Math.round(perSecond * between(random, 15, 50)),
    skew: between(random, 0.7, 1.1),
    ttlMs,
    jitter: oneOf(random, [0.1, 0.2, 0.3]),
    valueBytes: Math.round(scaled(random, 200, 2_000)),
    overwrites: oneOf(random, [0, 0, 0.01, 0.03]),
    originMs: between(random, 5, 60),
    freshMs: between(random, 1_000, 20_000),
    ...day.draw?.(random),
  }
  return {
    name,
    draw,
    memory: random() < 0.33 ? 'full' : { spareBytes: Math.round(between(random, 3e6, 9e6)) },
    policy: oneOf(random, ['allkeys-lru', 'allkeys-lfu', 'volatile-lru']),
    bursts: random() < 0.2 || day.name === 'faults',
    load: day.load?.(random) ?? wave(between(random, 300_000, 900_000), random),
    random,
  }
}
