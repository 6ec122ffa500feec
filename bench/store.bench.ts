import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { increase } from '../lib/math/rates.ts'
import { measure } from '../lib/metrics/measure.ts'
import type { Reading } from '../lib/model/series.ts'
import { createStore } from '../lib/store/store.ts'
import { normal, randomOf } from '../test/random.ts'
import type { Bench, Row } from './table.ts'

const FROM = Date.UTC(2026, 0, 5, 12)
const TARGETS = 1_000
const PER_TARGET = 10
const SERIES = TARGETS * PER_TARGET
const TICKS = 1_500

/** A fleet's readings: half of them counters that jitter, some gauges of bytes, some means of times in whole milliseconds, some that never move. */
export function fleet(targets: number): (tick: number) => { target: string; readings: Reading[] }[] {
  const random = randomOf(1)
  const noise = Float64Array.from({ length: 4_096 }, () => normal(random))
  const state = Array.from({ length: targets }, (_, i) => ({
    target: `cache-${i}`,
    counters: Float64Array.from({ length: 5 }, () => Math.round(random() * 1e9)),
    rates: Array.from({ length: 5 }, () => 10 + random() * 1e3),
    memory: 1e9 + random() * 1e9,
    offset: Math.floor(random() * 4_096),
  }))
  return (tick) =>
    state.map((of, i) => {
      const drawn = (n: number) => noise[(of.offset + tick * 7 + n * 131) % 4_096]!
      const readings: Reading[] = [
        'cache_hits_total',
        'cache_misses_total',
        'cache_writes_total',
        'cache_expirations_total',
        'cache_evictions_total',
      ].map((metric, n) => {
        const rate = of.rates[n]!
        of.counters[n]! += Math.max(0, Math.round(rate + Math.sqrt(rate) * drawn(n)))
        return { metric, value: of.counters[n]! }
      })
      of.memory += Math.round(drawn(6) * 4_096)
      readings.push(
        { metric: 'cache_memory_used_bytes', value: Math.round(of.memory) },
        { metric: 'cache_memory_max_bytes', value: 4e9 },
        { metric: 'cache_connections', value: 40 + Math.round(drawn(7)) },
        { metric: 'pool_response_seconds', labels: { pool: 'app', server: `s${i % 4}` }, value: Math.round(180 + 10 * drawn(8)) / 1000 },
        { metric: 'cache_uptime_seconds', value: tick },
      )
      return { target: of.target, readings }
    })
}

const ms = async (work: () => void): Promise<number> => {
  const started = performance.now()
  work()
  return performance.now() - started
}
const middle = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!

export const bench: Bench = {
  name: 'store',
  title: `samples of ${SERIES} series a second: written, judged, drawn, recovered`,
  async run(): Promise<Row[]> {
    const directory = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'))
    let now = FROM
    try {
      const open = () => createStore({ path: directory, now: () => now })
      let store = open()
      const poll = fleet(TARGETS)
      const appends: number[] = []
      const ticks: number[] = []
      for (let tick = 0; tick < TICKS; tick++) {
        now += 1000
        const answers = poll(tick)
        appends.push(
          await ms(() => {
            for (const { target, readings } of answers) store.append(target, now, readings, 1000)
          }),
        )
        ticks.push(await ms(() => store.tick(now)))
      }
      const steady = ticks.slice(-800)

      const judged: number[] = []
      const measured: number[] = []
      for (let i = 0; i < 5; i++) {
        now += 1000
        for (const { target, readings } of poll(TICKS + i)) store.append(target, now, readings, 1000)
        store.tick(now)
        judged.push(
          await ms(() => {
            const window = store.window(now - 60_000, now)
            let sum = 0
            for (let k = 0; k < TARGETS; k++) {
              const target = `cache-${k}`
              for (const metric of ['cache_hits_total', 'cache_misses_total'])
                for (const series of window.series(metric, { target })) sum += increase(series.points)
            }
            if (!(sum > 0)) throw new Error('nothing was judged')
          }),
        )
        measured.push(
          await ms(() => {
            const window = store.window(now - 60_000, now)
            for (let k = 0; k < TARGETS; k++)
              if (measure('cache_hit_ratio', { target: `cache-${k}` }, window).is !== 'measured') throw new Error('nothing was measured')
          }),
        )
      }
      const memory = process.memoryUsage().rss
      const closing = await ms(() => store.close())
      const bytes = statSync(join(directory, 'evenkeel.db')).size
      const db = new DatabaseSync(join(directory, 'evenkeel.db'))
      const raw = Number(db.prepare('SELECT sum(length(data)) AS n FROM chunk WHERE level = 0').get()!.n)
      db.close()
      const opening = await ms(() => {
        store = open()
      })
      store.close()
      const day = await ofADay()
      return [
        { what: 'file, bytes a sample', value: bytes / (SERIES * (TICKS + 5)), unit: 'B', goal: { most: 1.5 } },
        { what: 'of which the samples themselves', value: raw / (SERIES * (TICKS + 5)), unit: 'B' },
        { what: 'append, a tick', value: middle(appends.slice(-800)), unit: 'ms', goal: { most: 15 } },
        { what: 'write, a tick', value: middle(steady), unit: 'ms', goal: { most: 15 } },
        {
          what: 'write, 99 of 100 ticks',
          value: [...steady].sort((a, b) => a - b)[Math.floor(steady.length * 0.99)]!,
          unit: 'ms',
          goal: { most: 60 },
        },
        { what: 'write, the longest tick', value: Math.max(...steady), unit: 'ms', goal: { most: 100 } },
        { what: `two counters of ${TARGETS} targets over 60 s`, value: middle(judged), unit: 'ms', goal: { most: 30 } },
        { what: `hit ratio with interval of ${TARGETS} targets over 60 s`, value: middle(measured), unit: 'ms', goal: { most: 60 } },
        { what: 'a day of a series drawn', value: day.drawn, unit: 'ms', goal: { most: 20 } },
        { what: 'an hour of a series drawn', value: day.hour, unit: 'ms', goal: { most: 20 } },
        { what: 'close', value: closing, unit: 'ms', goal: { most: 5_000 } },
        { what: 'open with the newest 15 min', value: opening, unit: 'ms', goal: { most: 5_000 } },
        { what: 'memory of the process', value: memory / 2 ** 20, unit: 'MiB' },
      ]
    } finally {
      rmSync(directory, { recursive: true })
    }
  },
}

/** One series a second for a day, asked for as a page asks. */
async function ofADay(): Promise<{ drawn: number; hour: number }> {
  let now = FROM
  const store = createStore({ path: ':memory:', now: () => now })
  const random = randomOf(2)
  let counter = 0
  for (let i = 0; i < 86_400; i++) {
    now += 1000
    counter += Math.round(100 + 10 * normal(random))
    store.append('a', now, [{ metric: 'x_total', value: counter }], 1000)
    if (i % 10 === 0) store.tick(now)
  }
  const times = async (from: number) => {
    const all: number[] = []
    for (let i = 0; i < 7; i++) all.push(await ms(() => store.query({ metric: 'x_total', labels: {}, from, to: now, rate: true })))
    return middle(all)
  }
  const answer = { drawn: await times(FROM), hour: await times(now - 3_600_000) }
  store.close()
  return answer
}
