import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Drill } from '../../../demo/drill.ts'
import { type Fleet, startFleet } from '../../../demo/fleet.ts'
import { ensureServers } from '../../../demo/stage.ts'
import { Stop, say } from '../../../scripts/boot/say.mjs'
import { randomOf } from '../../../test/random.ts'
import type { RecordedFile } from '../files.ts'
import { pathOf, save } from './save.ts'
import { type Sign, shownAt } from './shown.ts'
import { startWatch, type Watch } from './watch.ts'

export type DemoOptions = { chosen: readonly Drill[]; minutes: number; quiet: number; lasts: number; size: number; pages: number; seed: number; name: string } // biome-ignore format: one line

type Drilled = { drill: Drill; at: number; end: number }

/** The keys that everything starts with have to end: while they do, hit ratios fall. */
const WARM_UP_S = 150

/** Records the fleet of the demo: so many minutes of normal traffic, or each drill in turn with quiet before and after it. */
export async function recordDemo({ chosen, minutes, quiet, lasts, size, pages, seed, name }: DemoOptions): Promise<void> {
  const path = pathOf(name)
  if (existsSync(path)) throw new Stop(`--name: ${path} is there already.`, 2)
  await ensureServers()
  say(`Recording ${name}: ${chosen.length > 0 ? chosen.map((drill) => drill.name).join(', ') : `${minutes} min of normal traffic`}`)
  const fleet = await startFleet({ pagesPerSecond: pages, points: [160, 160, 160], app4Ms: 20, random: randomOf(seed) })
  try {
    await sleep(WARM_UP_S * 1_000)
    const watch = await startWatch(fleet)
    try {
      const drilled: Drilled[] = []
      const write = () => save(recordingOf(name, watch, drilled, { pages, seed, size }))
      if (chosen.length === 0) await sleep(minutes * 60_000)
      else await sleep(quiet * 1_000)
      for (const drill of chosen) {
        drilled.push(await drilledOnce(fleet, drill, { seconds: Math.min(lasts, drill.lastsSeconds), size }, watch.second))
        await sleep(quiet * 1_000)
        await write()
      }
      await write()
      say(`${path}: ${Math.round(watch.second())} s, ${drilled.length} faults`)
    } finally {
      await watch.stop()
    }
  } finally {
    await fleet.stop()
  }
}

async function drilledOnce(
  fleet: Fleet,
  drill: Drill,
  { seconds, size }: { seconds: number; size: number },
  second: () => number,
): Promise<Drilled> {
  const at = second()
  say(`${drill.name} for ${seconds} s`)
  const end = await drill.start(fleet, size)
  await sleep(seconds * 1_000)
  await end()
  return { drill, at, end: second() }
}

function recordingOf(name: string, watch: Watch, drilled: readonly Drilled[], params: Record<string, unknown>): RecordedFile {
  const series = watch.series()
  return {
    scenario: name,
    params,
    events: drilled.map(({ drill, at, end }) => {
      const sign = SIGNS[drill.name]
      const shows = drill.name === 'stampede' ? at + STAMPEDE_S : ((sign && shownAt(sign, at, series)) ?? at)
      return { kind: drill.name, at, shows, end, rules: [drill.rule] }
    }),
    ...watch.seen(),
  }
}

const SIGNS: Record<string, Sign> = {
  'eviction-storm': { metric: 'cache_evictions_total', labels: { target: 'cache-b' }, is: (before, after) => after > before },
  'cache-restart': { metric: 'cache_uptime_seconds', labels: { target: 'cache-c' }, is: (before, after) => after < before },
  'mass-expiry': { metric: 'cache_expirations_total', labels: { target: 'cache-a' }, is: (before, after) => after - before > 500 },
  'server-down': { metric: 'pool_up', labels: { pool: 'app', server: 'app3' }, is: (before, after) => after < before },
  'flapping-server': { metric: 'pool_up', labels: { pool: 'app', server: 'app3' }, is: (before, after) => after < before, times: 2 },
}
/** What the origin needs to make the front page: until then nothing is filled twice. */
const STAMPEDE_S = 2
