import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { say } from '../../../scripts/boot/say.mjs'
import { randomOf } from '../../../test/random.ts'
import type { RecordedFile } from '../files.ts'
import { type Day, days, labOf } from './days.ts'
import { faultyDay } from './faults.ts'
import { type Lab, startLab, startMemcachedLab } from './lab.ts'
import { poolDays, startPool } from './pool.ts'
import { save } from './save.ts'
import { shownAt } from './shown.ts'
import { startWatch, type Watch } from './watch.ts'

type Kind = 'redis' | 'memcached' | 'haproxy' | 'nginx'

/** A day of one server, drawn by its seed. */
export type Planned = { day: string; seed: number; kind: Kind; program: string }

export const cacheDays: Record<Kind, readonly Pick<Day, 'name' | 'does'>[]> = {
  redis: [...days, faultyDay],
  memcached: days,
  haproxy: poolDays,
  nginx: poolDays.filter(({ name }) => name !== 'lost-polls'),
}

/** What a program serves, by its name; null where that is not known. */
export const kindOf = (program: string): Kind | null => {
  const name = basename(program)
  if (/^(redis|valkey)-server/.test(name)) return 'redis'
  return (['memcached', 'haproxy', 'nginx'] as const).find((kind) => name.startsWith(kind)) ?? null
}

/** What was recorded is written so often: a machine that goes down takes minutes with it, not the whole. */
const SAVE_S = 300
/** Until all that asks a server regularly has asked once. */
const SETTLE_S = 20
const WARM_UP_S = 30

type Rates = readonly [number, number]
type Running = { lab: Lab; run(seconds: number): Promise<void>; params: Record<string, unknown>; failed: boolean }

/** Records many caches side by side, each with an application of its own, and writes one recording a cache. */
export async function recordCaches(planned: readonly Planned[], minutes: number, rates: Rates | undefined): Promise<void> {
  let watch: Watch | null = null
  const second = () => watch?.second() ?? 0
  const all: Running[] = []
  try {
    await Promise.all(planned.map(async (plan) => void all.push(await startOne(plan, rates, second))))
    watch = await startWatch({
      yaml: (about) => stringify({ ...about, auth: { mode: 'none' }, poll: { every: '1s' }, targets: all.map(({ lab }) => lab.target()) }),
    })
    await sleep(SETTLE_S * 1_000)
    await Promise.all(all.map(({ lab }) => lab.limit?.()))
    await sleep(WARM_UP_S * 1_000)
    say(`${all.length} caches for ${minutes} min`)
    const over = new AbortController()
    const saving = saveAgainAndAgain(all, watch, over.signal)
    await Promise.all(all.map((one) => runOne(one, minutes * 60)))
    over.abort()
    await saving
    await saveAll(all, watch)
  } finally {
    await watch?.stop()
    for (const { lab } of all) await lab.stop()
  }
}

async function startOne({ day: wanted, seed, kind, program }: Planned, rates: Rates | undefined, second: () => number): Promise<Running> {
  const random = randomOf(seed * 7_919)
  // The names of the first recordings say nothing of the server: it was Debian's Redis.
  const name = `${kind === 'redis' ? '' : `${kind}-`}${wanted}-${seed}`
  const more = { seed, program: basename(program), ...(rates && { rates }) }
  if (kind === 'haproxy' || kind === 'nginx') {
    const day = poolDays.find((one) => one.name === wanted)!
    const quiet = day.name === 'quiet' ? ([8, 12] as const) : (rates ?? ([10, 60] as const))
    const lab = await startPool({ name, random, rates: quiet, load: day.load, kind, program }, second)
    return { lab, run: (seconds) => day.run(lab, seconds), failed: false, params: { ...lab.params, day: day.does, ...more } }
  }
  const plain = days.find((one) => one.name === wanted)
  const options = labOf(name, random, plain ?? faultyDay, rates)
  const { draw, policy } = options
  const params = { ...draw, ...(kind === 'redis' && { policy }), day: (plain ?? faultyDay).does, ...more }
  if (kind === 'memcached') {
    const lab = await startMemcachedLab(options, second)
    return { lab, run: (seconds) => plain!.run(lab, seconds), failed: false, params }
  }
  const lab = await startLab(options, second, program)
  return { lab, run: (seconds) => (plain ?? faultyDay).run(lab, seconds), failed: false, params }
}

/** What failed is written no more: a fault that has no label would be in it. The others go on. */
async function runOne(one: Running, seconds: number): Promise<void> {
  try {
    await one.run(seconds)
  } catch (error) {
    one.failed = true
    say(`${one.lab.name} is given up: ${(error as Error).message}`)
  }
}

async function saveAgainAndAgain(all: readonly Running[], watch: Watch, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(SAVE_S * 1_000, null, { signal }).catch(() => {})
    if (!signal.aborted) await saveAll(all, watch)
  }
}

async function saveAll(all: readonly Running[], watch: Watch): Promise<void> {
  for (const { lab, params, failed } of all) {
    if (!failed) await save(recordingOf(lab, watch, params))
    await sleep(100)
  }
}

function recordingOf(lab: Lab, watch: Watch, params: Record<string, unknown>): RecordedFile {
  const isOwn = (target: string) => target === lab.name
  const series = watch.series(isOwn)
  return {
    scenario: `${lab.target().kind === 'haproxy' || lab.target().kind === 'nginx' ? 'pool' : 'cache'}-${lab.name}`,
    params: { ...params, ...('memory' in lab && { memory: lab.memory }) },
    events: lab.marks.map(({ sign, laterS = 0, ...mark }) => ({
      ...mark,
      shows: (sign && shownAt(sign, mark.at, series)) ?? mark.at + laterS,
    })),
    ...(lab.clockSteps.length > 0 && { clockSteps: [...lab.clockSteps] }),
    ...watch.seen(isOwn),
  }
}
