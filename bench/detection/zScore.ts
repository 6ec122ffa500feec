import type { Labels, Point, Series } from '../../lib/model/series.ts'
import { FROM } from '../../test/series.ts'
import type { Alarm, Recording } from './recording.ts'

const WINDOW = 300
const LEAST = 60
const Z = 3
/** As long as Evenkeel's rules wait before an alarm is over. */
const CLEAR_S = 30

/** What a dashboard would watch: the newest second of each, against the 300 s before it. */
const WATCHED: readonly { rule: string; of: readonly string[]; value(grown: readonly number[]): number | null }[] = [
  { rule: 'hit ratio', of: ['cache_hits_total', 'cache_misses_total'], value: ([hits, misses]) => part(hits!, hits! + misses!) },
  { rule: 'evictions a second', of: ['cache_evictions_total'], value: ([evicted]) => evicted! },
  { rule: 'expirations a second', of: ['cache_expirations_total'], value: ([expired]) => expired! },
  { rule: 'error ratio', of: ['pool_errors_total', 'pool_requests_total'], value: ([errors, requests]) => part(errors!, requests!) },
  { rule: 'requests a second', of: ['pool_requests_total'], value: ([requests]) => requests! },
]
const GAUGES = ['pool_response_seconds']

const part = (some: number, all: number) => (all > 0 ? some / all : null)

/** The usual z-score: an alarm when the newest second lies more than three standard deviations from the mean of the last 300. */
export function zScoreAlarms({ series }: Recording): Alarm[] {
  const alarms: Alarm[] = []
  for (const { rule, of, value } of WATCHED)
    for (const first of series.filter(({ metric }) => metric === of[0])) {
      const all = of.map((metric) => (metric === first.metric ? first : same(series, metric, first.labels)))
      if (all.some((one) => one === undefined)) continue
      alarms.push(...deviations(rule, grownOf(all as Series[], value)))
    }
  for (const metric of GAUGES)
    for (const one of series.filter((other) => other.metric === metric)) alarms.push(...deviations('response time', one.points))
  return alarms.sort((a, b) => a.at - b.at)
}

const same = (series: readonly Series[], metric: string, labels: Labels) =>
  series.find(
    (other) =>
      other.metric === metric &&
      Object.keys(other.labels).length === Object.keys(labels).length &&
      Object.entries(labels).every(([name, text]) => other.labels[name] === text),
  )

function grownOf(all: readonly Series[], value: (grown: readonly number[]) => number | null): Point[] {
  const points: Point[] = []
  const [first] = all
  for (let i = 1; i < first!.points.length; i++) {
    const [from, to] = [first!.points[i - 1]![0], first!.points[i]![0]]
    const grown = all.map(({ points: own }) => ({ before: own[i - 1], after: own[i] }))
    if (grown.some(({ before, after }) => before?.[0] !== from || after?.[0] !== to)) continue
    // Counters that restarted have no growth.
    const counts = grown.map(({ before, after }) => after![1] - before![1])
    if (counts.some((count) => count < 0)) continue
    const now = value(counts.map((count) => (count * 1000) / (to - from)))
    if (now !== null) points.push([to, now])
  }
  return points
}

function deviations(rule: string, points: readonly Point[]): Alarm[] {
  const alarms: Alarm[] = []
  let [sum, squares, from] = [0, 0, 0]
  let until = Number.NEGATIVE_INFINITY
  points.forEach(([at, value], i) => {
    while (points[from]![0] < at - WINDOW * 1000) {
      const old = points[from++]![1]
      sum -= old
      squares -= old * old
    }
    const count = i - from
    if (count >= LEAST) {
      const mean = sum / count
      const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean))
      if (Math.abs(value - mean) > Z * Math.max(deviation, 1e-9)) {
        if (at > until) alarms.push({ rule, at: (at - FROM) / 1000, note: false })
        until = at + CLEAR_S * 1000
      }
    }
    sum += value
    squares += value * value
  })
  return alarms
}
