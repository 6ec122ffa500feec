import { boundWindow } from '../lib/metrics/bound.ts'
import type { AnyDetector } from '../lib/model/detector.ts'
import type { Verdict } from '../lib/model/finding.ts'
import type { TargetRecord } from '../lib/model/record.ts'
import type { Labels, Point, Series } from '../lib/model/series.ts'
import { emptyTopology, type Topology } from '../lib/model/topology.ts'
import type { SeriesWindow } from '../lib/model/window.ts'
import { windowOfSeries } from '../lib/store/window.ts'

/** Where a loaded window begins unless told otherwise. */
export const FROM = Date.UTC(2026, 0, 5, 12)

/**
 * Series in the notation of Prometheus' own tests, one item a poll:
 *
 *     load(1_000, { 'cache_hits_total{target=a}': '0+100x5 _ 600', 'cache_misses_total{target=a}': '0+10x7' })
 *
 * `5` one value · `0+100x5` 0, 100, … 500 (six values) · `8-2x3` · `7x3` 7 four times · `_` a missed poll · `_x3` three of them ·
 * `stale` the series ends. An array of numbers (null: missed) does as well.
 * The window ends at the longest series' last poll.
 */
export function load(
  stepMs: number,
  lines: Record<string, string | readonly (number | null)[]>,
  options: { records?: readonly TargetRecord[]; from?: number } = {},
): SeriesWindow {
  const from = options.from ?? FROM
  let polls = 1
  const series = Object.entries(lines).map(([name, line]): Series => {
    const values = typeof line === 'string' ? valuesOf(line) : line
    polls = Math.max(polls, values.length)
    const points = values.flatMap((value, i): Point[] => (value === null ? [] : [[from + i * stepMs, value]]))
    return { ...nameOf(name), stepMs, points }
  })
  return windowOfSeries(series, options.records ?? [], from, from + (polls - 1) * stepMs)
}

/** The window that the engine gives a rule, but for one thing: a rule that reads what it does not name in its needs throws. */
export const strictly = ({ id, needs }: Pick<AnyDetector, 'id' | 'needs'>, window: SeriesWindow): SeriesWindow =>
  boundWindow(window, needs, (name) => {
    throw new Error(`${id} reads ${name}, which it does not name in its needs`)
  })

/** Runs a detector on a window with its default settings and those given. */
export function judge(
  detector: AnyDetector,
  window: SeriesWindow,
  topology: Partial<Topology> = {},
  settings: Record<string, unknown> = {},
): Verdict[] {
  return [...detector.detect(strictly(detector, window), { ...emptyTopology(), ...topology }, detector.settings.parse(settings))]
}

/** `pool_sessions{pool=app,server="a b"}` to its metric and labels. */
export function nameOf(text: string): { metric: string; labels: Labels } {
  const [, metric, inside = ''] = /^([a-zA-Z_:][\w:.]*)(?:\{(.*)\})?$/s.exec(text) ?? []
  if (!metric) throw new Error(`${text}: not a series name such as cache_hits_total{target=a}`)
  const labels: Record<string, string> = {}
  for (const [, label, quoted, bare] of inside.matchAll(/([a-zA-Z_]\w*)=(?:"((?:[^"\\]|\\.)*)"|([^,]*)),?/g))
    labels[label!] = quoted !== undefined ? (JSON.parse(`"${quoted}"`) as string) : bare!.trim()
  return { metric, labels }
}

function valuesOf(line: string): (number | null)[] {
  const out: (number | null)[] = []
  for (const item of line.trim().split(/\s+/)) {
    if (item === 'stale') break
    const missed = /^_(?:x(\d+))?$/.exec(item)
    if (missed) {
      for (let i = 0; i < Number(missed[1] ?? 1); i++) out.push(null)
      continue
    }
    const parts = /^(-?[\d.]+(?:e[+-]?\d+)?)(?:([+-][\d.]+(?:e[+-]?\d+)?)?x(\d+))?$/i.exec(item)
    if (!parts) throw new Error(`${item}: not a value, a+bxn, a-bxn, axn, _, _xn or stale`)
    const start = Number(parts[1])
    const step = Number(parts[2] ?? 0)
    for (let i = 0; i <= Number(parts[3] ?? 0); i++) out.push(start + i * step)
  }
  return out
}
