import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { stringify } from 'yaml'
import { say } from '../../../scripts/boot/say.mjs'
import { randomOf } from '../../../test/random.ts'
import { RECORDED, type RecordedFile } from '../files.ts'
import { type Day, days, labOf } from './days.ts'
import { faultyDay } from './faults.ts'
import { type Lab, startLab } from './lab.ts'
import { shownAt } from './shown.ts'
import { startWatch, type Watch } from './watch.ts'

export const cacheDays: readonly Day[] = [...days, faultyDay]

/** A day of one cache, drawn by its seed. */
export type Planned = { day: Day; seed: number }

/** What was recorded is written so often: a machine that goes down takes minutes with it, not the whole. */
const SAVE_MS = 300_000
const WARM_UP_S = 30

/** Records many caches side by side, each with an application of its own, and writes one recording a cache. */
export async function recordCaches(planned: readonly Planned[], minutes: number): Promise<void> {
  let watch: Watch | null = null
  const second = () => watch?.second() ?? 0
  const labs: { lab: Lab; plan: Planned; params: Record<string, unknown> }[] = []
  try {
    for (const plan of planned) {
      const options = labOf(`${plan.day.name}-${plan.seed}`, randomOf(plan.seed * 7_919), plan.day)
      const lab = await startLab(options, second)
      const { draw, memory, policy } = options
      labs.push({ lab, plan, params: { ...draw, memory, policy, day: plan.day.does, seed: plan.seed } })
    }
    watch = await startWatch({
      yaml: (about) => stringify({ ...about, auth: { mode: 'none' }, poll: { every: '1s' }, targets: labs.map(({ lab }) => lab.target()) }),
    })
    await new Promise((resolve) => setTimeout(resolve, WARM_UP_S * 1_000))
    say(`${labs.length} caches for ${minutes} min`)
    const write = () => {
      for (const { lab, params } of labs)
        writeFileSync(join(RECORDED, `cache-${lab.name}.json.gz`), bytesOf(recordingOf(lab, watch!, params)))
    }
    const saving = setInterval(write, SAVE_MS)
    await Promise.all(labs.map(({ lab, plan }) => plan.day.run(lab, minutes * 60)))
    clearInterval(saving)
    write()
  } finally {
    await watch?.stop()
    for (const { lab } of labs) await lab.stop()
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
      shows: Math.max(mark.at, sign ? shownAt(sign, mark.at, series) : mark.at + laterS),
    })),
    ...(lab.clockSteps.length > 0 && { clockSteps: [...lab.clockSteps] }),
    ...watch.seen(isOwn),
  }
}

export const bytesOf = (file: RecordedFile) => gzipSync(JSON.stringify(file), { level: 9 })
