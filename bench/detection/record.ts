import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import type { Drill } from '../../demo/drill.ts'
import { drills } from '../../demo/drills.ts'
import { type Fleet, startFleet } from '../../demo/fleet.ts'
import { ensureServers } from '../../demo/stage.ts'
import { Stop, say } from '../../scripts/boot/say.mjs'
import { randomOf } from '../../test/random.ts'
import { RECORDED } from './files.ts'
import { type Drilled, startWatch } from './watch.ts'

const USAGE = `npm run bench -- record [--minutes N] [--drill NAME ...] [--quiet SECONDS] [--pages N] [--seed N] [--name NAME]
Records the fleet of the demo once a second: so many minutes of normal traffic (10), or each drill in turn with quiet (180 s) before and after it.
Drills: ${drills.map(({ name }) => name).join(', ')}`

const WARM_UP_S = 60
/** A minute in which rules learn, and the history that they need besides. */
const QUIET_MIN = 90

/** Makes a labelled recording and writes it beside the others; a new one belongs to the part that only reports. */
export async function record(args: string[]): Promise<number> {
  const { chosen, minutes, quiet, pages, seed, name } = optionsOf(args)
  const path = join(RECORDED, `${name}.json.gz`)
  if (existsSync(path)) throw new Stop(`--name: ${path} is there already.`, 2)
  await ensureServers()
  say(`Recording ${name}: ${chosen.length > 0 ? chosen.map((drill) => drill.name).join(', ') : `${minutes} min of normal traffic`}`)
  const fleet = await startFleet({ pagesPerSecond: pages, points: [160, 160, 160], app4Ms: 20, random: randomOf(seed) })
  try {
    await sleep(WARM_UP_S * 1_000)
    const watch = await startWatch(fleet)
    try {
      const drilled = chosen.length > 0 ? await drilledIn(fleet, chosen, quiet, watch.second) : await sleep(minutes * 60_000, [])
      const file = watch.recording(name, drilled, { pages, seed })
      writeFileSync(path, gzipSync(JSON.stringify(file), { level: 9 }))
      say(`${path}: ${Math.round(watch.second())} s, ${drilled.length} faults`)
    } finally {
      await watch.stop()
    }
  } finally {
    await fleet.stop()
  }
  return 0
}

async function drilledIn(fleet: Fleet, chosen: readonly Drill[], quiet: number, second: () => number): Promise<Drilled[]> {
  const drilled: Drilled[] = []
  await sleep(quiet * 1_000)
  for (const drill of chosen) {
    const at = second()
    say(`${drill.name} for ${drill.lastsSeconds} s`)
    const end = await drill.start(fleet)
    await sleep(drill.lastsSeconds * 1_000)
    await end()
    drilled.push({ drill, at, end: second() })
    await sleep(quiet * 1_000)
  }
  return drilled
}

const ONE = {
  minutes: { type: 'string' },
  quiet: { type: 'string' },
  pages: { type: 'string' },
  seed: { type: 'string' },
  name: { type: 'string' },
} as const

function optionsOf(args: string[]) {
  try {
    const { values } = parseArgs({ args, options: { drill: { type: 'string', multiple: true }, ...ONE } })
    const number = (text: string | undefined, byDefault: number, [least, most]: [number, number], flag: string) => {
      const value = text === undefined ? byDefault : Number(text)
      if (!(value >= least && value <= most)) throw new Error(`--${flag}: found ${JSON.stringify(text)}; allowed: ${least} to ${most}`)
      return value
    }
    const chosen = (values.drill ?? []).map((wanted) => {
      const drill = drills.find((one) => one.name === wanted)
      if (!drill) throw new Error(`--drill: found ${JSON.stringify(wanted)}`)
      return drill
    })
    const seed = number(values.seed, 1, [1, 1e9], 'seed')
    const pages = number(values.pages, 240, [1, 2_000], 'pages')
    const name = values.name ?? `demo-${chosen.length > 0 ? chosen.map((drill) => drill.name).join('-') : 'normal'}-${pages}-${seed}`
    if (!/^[\w-]{1,100}$/.test(name)) throw new Error(`--name: found ${JSON.stringify(name)}; allowed: letters, digits, - and _`)
    return { chosen, pages, seed, name, minutes: number(values.minutes, 10, [1, 1_440], 'minutes'), quiet: number(values.quiet, 180, [QUIET_MIN, 3_600], 'quiet') } // biome-ignore format: one line
  } catch (error) {
    throw new Stop(`${(error as Error).message}\n${USAGE}`, 2)
  }
}
