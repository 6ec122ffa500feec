import { isAbsolute } from 'node:path'
import { parseArgs } from 'node:util'
import { drills } from '../../../demo/drills.ts'
import { ensurePrograms, installLine } from '../../../scripts/boot/programs.mjs'
import { Stop } from '../../../scripts/boot/say.mjs'
import { cacheDays, kindOf, type Planned, recordCaches } from './caches.ts'
import { type DemoOptions, recordDemo } from './demo.ts'

const USAGE = `npm run bench -- record [--minutes N] [--drill NAME ...] [--quiet SECONDS] [--lasts SECONDS] [--size TIMES] [--pages N] [--seed N] [--name NAME]
Records the fleet of the demo once a second: so many minutes of normal traffic (10), or each drill in turn with quiet (180 s) before and after it;
a drill ends after its own time, or after so many seconds, and is so many times as large as its text says where it has a size.
Drills: ${drills.map(({ name }) => name).join(', ')}

npm run bench -- record --caches DAY:SEED[:PROGRAM],… [--minutes N] [--rates LOW-HIGH]
Records single servers side by side, each with an application of its own whose sizes, rates and noise are drawn by the seed.
PROGRAM is redis-server unless told; or memcached, haproxy, nginx, or a path to one of them or to a valkey-server.
--rates: between how many requests a second are drawn (40-450).
${Object.entries(cacheDays)
  .map(([kind, all]) => `${kind}:\n${all.map(({ name, does }) => `  ${name}: ${does}`).join('\n')}`)
  .join('\n')}`

/** A minute in which rules learn, and the history that they need besides. */
const QUIET_MIN = 90

/** Makes labelled recordings and writes them beside the others. */
export async function record(args: string[]): Promise<number> {
  const options = recordOptions(args)
  if ('planned' in options) {
    const absent = await ensurePrograms(
      [...new Set(options.planned.map(({ program }) => program))].filter((program) => !isAbsolute(program)),
    )
    if (absent.length > 0) throw new Stop(`Recordings need ${absent.join(', ')}: ${installLine(absent)}`)
    await recordCaches(options.planned, options.minutes, options.rates)
  } else await recordDemo(options)
  return 0
}

export function recordOptions(args: string[]): DemoOptions | { planned: Planned[]; minutes: number; rates?: readonly [number, number] } {
  try {
    const text = { type: 'string' } as const
    const { values } = parseArgs({
      args,
      options: { drill: { ...text, multiple: true }, caches: text, minutes: text, rates: text, quiet: text, lasts: text, size: text, pages: text, seed: text, name: text } }) // biome-ignore format: one line
    const minutes = number('minutes', values.minutes, 10, [1, 1_440])
    const rates = values.rates === undefined ? {} : { rates: rangeOf(values.rates) }
    if (values.caches !== undefined) return { planned: values.caches.split(',').map(plannedOf), minutes, ...rates }
    const chosen = (values.drill ?? []).map((wanted) => known('drill', wanted, drills))
    const seed = number('seed', values.seed, 1, [1, 1e9])
    const pages = number('pages', values.pages, 240, [1, 2_000])
    const name = values.name ?? `demo-${chosen.length > 0 ? chosen.map((drill) => drill.name).join('-') : 'normal'}-${pages}-${seed}`
    if (!/^[\w-]{1,100}$/.test(name)) throw new Error(`--name: found ${JSON.stringify(name)}; allowed: letters, digits, - and _`)
    const quiet = number('quiet', values.quiet, 180, [QUIET_MIN, 3_600])
    const lasts = number('lasts', values.lasts, 3_600, [10, 3_600])
    const size = number('size', values.size, 1, [0.1, 3])
    return { chosen, pages, seed, name, minutes, quiet, lasts, size }
  } catch (error) {
    throw new Stop(`${(error as Error).message}\n${USAGE}`, 2)
  }
}

function plannedOf(text: string): Planned {
  const [name = '', seed, program = 'redis-server'] = text.split(':')
  const kind = kindOf(program)
  if (!kind)
    throw new Error(`--caches: found ${JSON.stringify(program)}; allowed: redis-server, memcached, haproxy, nginx, or a path to one`)
  return { day: known('caches', name, cacheDays[kind]).name, seed: number('caches', seed, 1, [1, 1e6]), kind, program }
}

function rangeOf(text: string): readonly [number, number] {
  const [low, high] = text.split('-')
  const least = number('rates', low, 1, [1, 2_000])
  return [least, number('rates', high, least, [least, 2_000])]
}

function known<T extends { name: string }>(flag: string, wanted: string, all: readonly T[]): T {
  const found = all.find(({ name }) => name === wanted)
  if (!found) throw new Error(`--${flag}: found ${JSON.stringify(wanted)}; allowed: ${all.map(({ name }) => name).join(', ')}`)
  return found
}

function number(flag: string, text: string | undefined, byDefault: number, [least, most]: readonly [number, number]): number {
  const value = text === undefined ? byDefault : Number(text)
  if (!(value >= least && value <= most)) throw new Error(`--${flag}: found ${JSON.stringify(text)}; allowed: ${least} to ${most}`)
  return value
}
