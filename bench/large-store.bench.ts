import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { createStore } from '../lib/store/store.ts'
import { waitedForCoreMs } from './processUsage.ts'
import { fleet } from './store.bench.ts'
import type { Bench, Row } from './table.ts'
import { thirtyDays } from './thirtyDays.ts'

const FROM = Date.UTC(2026, 0, 5, 12)
const TARGETS = 2_000
const TICKS = 90
/** Instead of ten minutes, so that chunks are due within the time that is measured: twenty times as many of them a second as usual. */
const CHUNK_MS = 30_000
/** Targets of the file with 30 days: ten series each. */
const KEPT_TARGETS = Number(process.env.EVENKEEL_BENCH_TARGETS ?? 200)

/** The parts of ticks: each blocks whatever else is to be done for as long as it takes. */
async function writes(
  directory: string,
): Promise<{ longest: number; longestOwn: number; longestCpu: number; tick: number; parts: number }> {
  let now = FROM
  const store = createStore({ path: join(directory, 'written'), now: () => now, chunkMs: CHUNK_MS })
  const poll = fleet(TARGETS)
  let [longest, longestOwn, longestCpu, parts, all] = [0, 0, 0, 0, 0]
  for (let tick = 0; tick < TICKS; tick++) {
    now += 1_000
    for (const { target, readings } of poll(tick)) store.append(target, now, readings, 1_000)
    const steps = store.tickInParts(now)[Symbol.iterator]()
    for (;;) {
      const [waited, began, cpu] = [waitedForCoreMs(), performance.now(), process.threadCpuUsage()]
      const { done } = steps.next()
      const took = performance.now() - began
      const used = process.threadCpuUsage(cpu)
      const own = took - (waitedForCoreMs() - waited)
      // The first ticks write a row for each series, once.
      if (tick >= 30) {
        longest = Math.max(longest, took)
        longestOwn = Math.max(longestOwn, own)
        longestCpu = Math.max(longestCpu, (used.user + used.system) / 1_000)
        all += took
        parts++
      }
      if (done) break
      await turn()
    }
  }
  store.close()
  return { longest, longestOwn, longestCpu, tick: all / (TICKS - 30), parts: parts / (TICKS - 30) }
}

type Took = { ms: number; cpuMs: number }

/** Tells what has passed since now. */
function marked(): () => Took {
  const [began, cpu] = [performance.now(), process.threadCpuUsage()]
  return () => {
    const { user, system } = process.threadCpuUsage(cpu)
    return { ms: performance.now() - began, cpuMs: (user + system) / 1_000 }
  }
}

function starts(directory: string): { series: number; bytes: number; eager: Took; later: Took; first: Took } {
  const file = join(directory, 'kept.db')
  const made = thirtyDays(file, FROM, KEPT_TARGETS)
  const timed = (readMost?: number) => {
    let mark = marked()
    const store = createStore({ path: file, now: () => FROM + 5_000, ...(readMost !== undefined && { readMost }) })
    const opened = mark()
    const window = store.window(FROM - 60_000, FROM + 5_000)
    mark = marked()
    let points = 0
    for (const series of window.series('cache_hits_total')) points += series.points.length
    if (points < 50 * KEPT_TARGETS) throw new Error(`a start shows ${points} samples`)
    const first = mark()
    store.close()
    return { opened, first }
  }
  const eager = timed(Number.POSITIVE_INFINITY).opened
  const { opened, first } = timed(0)
  return { ...made, eager, later: opened, first }
}

export const bench: Bench = {
  name: 'large-store',
  title: `the longest write with ${TARGETS.toLocaleString('en-US')} targets of ten series each, and a start with 30 days of ${KEPT_TARGETS}`,
  async run(): Promise<Row[]> {
    const directory = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'))
    try {
      const write = await writes(directory)
      const start = starts(directory)
      return [
        { what: 'longest write', value: write.longest, unit: 'ms', goal: { most: 100 } },
        { what: 'longest one but for what it waited for a core', value: write.longestOwn, unit: 'ms' },
        { what: 'of which CPU time, at most', value: write.longestCpu, unit: 'ms' },
        { what: 'writes of a tick', value: write.parts },
        { what: 'all of them', value: write.tick, unit: 'ms' },
        { what: 'series in the file with 30 days', value: start.series },
        { what: 'its size', value: start.bytes / 2 ** 20, unit: 'MiB' },
        { what: 'start, the newest 15 min read at once', value: start.eager.ms, unit: 'ms', goal: { most: 5_000 } },
        { what: 'of which CPU time', value: start.eager.cpuMs, unit: 'ms' },
        { what: 'start, read later (from 10,000 series on)', value: start.later.ms, unit: 'ms', goal: { most: 5_000 } },
        { what: 'of which CPU time', value: start.later.cpuMs, unit: 'ms' },
        { what: 'then one metric of all targets, first looked at: CPU time', value: start.first.cpuMs, unit: 'ms' },
      ]
    } finally {
      rmSync(directory, { recursive: true })
    }
  },
}
