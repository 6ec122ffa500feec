import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { say } from '../../../scripts/boot/say.mjs'
import { randomOf } from '../../../test/random.ts'
import type { RecordedFile } from '../files.ts'
import { type Day, days, labOf } from './days.ts'
import { faultyDay } from './faults.ts'
import { type Lab, startLab } from './lab.ts'
import { save } from './save.ts'
import { shownAt } from './shown.ts'
import { startWatch, type Watch } from './watch.ts'

export const cacheDays: readonly Day[] = [...days, faultyDay]

/** A day of one cache, drawn by its seed. */
export type Planned = { day: Day; seed: number }

/** What was recorded is written so often: a machine that goes down takes minutes with it, not the whole. */
const SAVE_S = 300
const WARM_UP_S = 30

type Running = { lab: Lab; day: Day; params: Record<string, unknown>; failed: boolean }

/** Records many caches side by side, each with an application of its own, and writes one recording a cache. */
export async function recordCaches(planned: readonly Planned[], minutes: number): Promise<void> {
  let watch: Watch | null = null
  const second = () => watch?.second() ?? 0
  const all: Running[] = []
  try {
    await Promise.all(planned.map(async (plan) => void all.push(await startOne(plan, second))))
    watch = await startWatch({
      yaml: (about) => stringify({ ...about, auth: { mode: 'none' }, poll: { every: '1s' }, targets: all.map(({ lab }) => lab.target()) }),
    })
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

async function startOne({ day, seed }: Planned, second: () => number): Promise<Running> {
  const options = labOf(`${day.name}-${seed}`, randomOf(seed * 7_919), day)
  const { draw, memory, policy } = options
  return { lab: await startLab(options, second), day, failed: false, params: { ...draw, memory, policy, day: day.does, seed } }
}

/** What failed is written no more: a fault that has no label would be in it. The others go on. */
async function runOne(one: Running, seconds: number): Promise<void> {
  try {
    await one.day.run(one.lab, seconds)
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
    scenario: `cache-${lab.name}`,
    params,
    events: lab.marks.map(({ sign, laterS = 0, ...mark }) => ({
      ...mark,
      shows: (sign && shownAt(sign, mark.at, series)) ?? mark.at + laterS,
    })),
    ...(lab.clockSteps.length > 0 && { clockSteps: [...lab.clockSteps] }),
    ...watch.seen(isOwn),
  }
}
