/** Arithmetic of the charts: no React, no colours, no clock. Times are epoch ms. */
export type ChartPoint = readonly [ms: number, value: number | null]

/** One row a moment, one column a series; `null` where a series has a gap, absent where it has no point at that moment. */
export type ChartRow = { t: number } & Record<string, number | null>

/**
 * Joins series into rows. A hole wider than 2.5 steps becomes a row of null, so that no line is drawn across it: a gap is not a value.
 * `stepMs` absent: the median distance of that series' points.
 */
export function alignSeries(series: readonly { id: string; points: readonly ChartPoint[] }[], stepMs?: number): ChartRow[] {
  const rows = new Map<number, ChartRow>()
  const at = (t: number): ChartRow => {
    let row = rows.get(t)
    if (!row) {
      row = { t } as ChartRow
      rows.set(t, row)
    }
    return row
  }
  for (const { id, points } of series) {
    const step = stepMs ?? medianStep(points)
    let before: number | null = null
    for (const [t, value] of points) {
      if (before !== null && step > 0 && t - before > 2.5 * step) at(before + step)[id] = null
      at(t)[id] = value !== null && Number.isFinite(value) ? value : null
      before = t
    }
  }
  return [...rows.values()].sort((a, b) => a.t - b.t)
}

/**
 * Series that were polled at different moments leave holes in each other's rows. Fills an absent value (not a gap: that is null) by the
 * line between its neighbours, so that every row can be drawn and read.
 */
export function fillBetween(rows: readonly ChartRow[], ids: readonly string[]): ChartRow[] {
  const filled = rows.map((row) => ({ ...row }))
  for (const id of ids) {
    let last = -1
    for (let i = 0; i < filled.length; i++) {
      const value = filled[i]![id]
      if (value === undefined) continue
      const before = last >= 0 ? filled[last]![id] : null
      if (last >= 0 && i - last > 1 && before !== null && before !== undefined && value !== null) {
        const [t0, t1] = [filled[last]!.t, filled[i]!.t]
        for (let j = last + 1; j < i; j++) filled[j]![id] = before + ((value - before) * (filled[j]!.t - t0)) / (t1 - t0)
      }
      last = i
    }
    for (const row of filled) if (row[id] === undefined) row[id] = null
  }
  return filled
}

/** The rows of a chart, one a moment, as its table, its readings and its CSV show them. */
export function rowsOf(series: readonly { id: string; points: readonly ChartPoint[] }[], stepMs?: number): ChartRow[] {
  const ids = series.map((one) => one.id)
  return fillBetween(alignSeries(series, stepMs), ids)
}

/** Whether a value stands between two gaps, where no line can show it. */
export const isLone = (rows: readonly ChartRow[], id: string, at: number): boolean =>
  (rows[at]?.[id] ?? null) !== null && (rows[at - 1]?.[id] ?? null) === null && (rows[at + 1]?.[id] ?? null) === null

/** The row nearest to a moment, unless it is further away than `mostMs`. Rows are sorted by time. */
export function nearestRow(rows: readonly ChartRow[], ms: number, mostMs: number): ChartRow | null {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (rows[middle]!.t < ms) low = middle + 1
    else high = middle
  }
  const [before, after] = [rows[low - 1], rows[low]]
  const near = before && (!after || ms - before.t <= after.t - ms) ? before : after
  return near && Math.abs(near.t - ms) <= mostMs ? near : null
}

/** The usual distance between points, ms; 0 with fewer than two. */
export function medianStep(points: readonly ChartPoint[]): number {
  const steps: number[] = []
  for (let i = 1; i < points.length; i++) steps.push(points[i]![0] - points[i - 1]![0])
  steps.sort((a, b) => a - b)
  return steps[steps.length >> 1] ?? 0
}

/** Round values (`binary`: powers of two) that cover `low..high`, 3 to 6 of them, the first at or below `low` and the last at or above `high`. */
export function valueTicks(low: number, high: number, want = 4, binary = false): number[] {
  if (high <= low) high = low + (Math.abs(low) || 1)
  // Beyond what a number holds there are no ticks; a test of both ends alone lets their difference be endless.
  if (!Number.isFinite(high - low)) return [0, 1]
  const raw = (high - low) / want
  const power = 10 ** Math.floor(Math.log10(raw))
  // Bytes are read in powers of 1024: round there is a power of two.
  const step =
    binary && raw > 1 ? 2 ** Math.ceil(Math.log2(raw * 0.999)) : [1, 2, 2.5, 5, 10].map((n) => n * power).find((s) => s >= raw * 0.999)!
  const ticks: number[] = []
  const first = Math.floor(low / step + 1e-9)
  // Where a step is less than what a number can tell apart, two ticks must do.
  if (!Number.isSafeInteger(first)) return [low, high]
  for (let i = first; ; i++) {
    ticks.push(Number((i * step).toPrecision(12)))
    if (i * step >= high - step * 1e-9) return ticks
  }
}

const SECOND = 1_000
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800].map(
  (s) => s * SECOND,
)

/** Round moments inside `from..to`, at most `most`; `offsetMs` is the time zone's, so that days begin at its midnight. */
export function timeTicks(from: number, to: number, most = 6, offsetMs = 0): number[] {
  const step = STEPS.find((s) => (to - from) / s <= most) ?? 30 * 86_400_000
  const ticks: number[] = []
  for (let t = Math.ceil((from + offsetMs) / step) * step - offsetMs; t <= to; t += step) ticks.push(t)
  return ticks
}

/** The least and the greatest value of all series, and of the lines drawn beside them. Null when there is none. */
export function extent(series: readonly { points: readonly ChartPoint[] }[], beside: readonly number[] = []): [number, number] | null {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const { points } of series)
    for (const [, value] of points)
      if (value !== null) {
        if (value < low) low = value
        if (value > high) high = value
      }
  if (low > high) return null
  for (const value of beside) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return [low, high]
}

/** Comma-separated, RFC 4180: time, then one column a series. A cell that a spreadsheet would take for a formula is quoted as text. */
export function toCsv(rows: readonly ChartRow[], columns: readonly { id: string; name: string }[]): string {
  const cell = (text: string) => {
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  const head = ['time', ...columns.map((column) => cell(column.name))].join(',')
  const lines = rows.map((row) => [new Date(row.t).toISOString(), ...columns.map(({ id }) => row[id] ?? '')].join(','))
  return [head, ...lines].join('\r\n')
}

/** `d` of a line through the points, broken at gaps; a lone point becomes a dot (a line of no length, drawn by a round cap). */
export function sparkPath(points: readonly (number | null)[], width: number, height: number, low: number, high: number): string {
  const x = (i: number) => round(points.length < 2 ? width / 2 : (i / (points.length - 1)) * width)
  const y = (value: number) => round(height - ((value - low) / (high - low || 1)) * height)
  let path = ''
  let open = false
  points.forEach((value, i) => {
    if (value === null || !Number.isFinite(value)) {
      open = false
      return
    }
    path += `${open ? 'L' : 'M'}${x(i)} ${y(value)}`
    if (!open && (points[i + 1] ?? null) === null) path += 'h0'
    open = true
  })
  return path
}

export type BalancePart = { name: string; seen: number | null; expected: number | null; state?: string }
export type Balance = {
  segments: { name: string; from: number; to: number; seen: number; expected: number | null; over: boolean }[]
  /** Where the shares expected end, 0 to 1, without the outer edges. */
  ticks: number[]
  /** The greatest seen over its expected; null while nothing is seen. */
  factor: number | null
  /** −1 to 1: how far the strip leans, to the right when the heavy side is there; 0 when it is level. */
  tilt: number
}

/** The balance strip: segments as wide as the share seen, ticks where the share expected ends, leaning when they do not meet. */
export function balanceOf(parts: readonly BalancePart[], level = 1.1): Balance {
  const sum = (values: (number | null)[]) => values.reduce<number>((total, value) => total + (value ?? 0), 0)
  const seenTotal = sum(parts.map((part) => part.seen))
  const expectedTotal = sum(parts.map((part) => part.expected))
  const known = seenTotal > 0
  const segments: Balance['segments'] = []
  const ticks: number[] = []
  let at = 0
  let tickAt = 0
  let factor: number | null = null
  let heaviest = 0
  for (const part of parts) {
    const expected = part.expected !== null && expectedTotal > 0 ? part.expected / expectedTotal : null
    const seen = known ? (part.seen ?? 0) / seenTotal : (expected ?? 1 / parts.length)
    const ratio = known && expected ? seen / expected : null
    if (ratio !== null && (factor === null || ratio > factor)) {
      factor = ratio
      heaviest = at + seen / 2
    }
    segments.push({ name: part.name, from: at, to: at + seen, seen, expected, over: false })
    at += seen
    tickAt += expected ?? 0
    if (expected !== null && tickAt < 0.9999) ticks.push(tickAt)
  }
  const lean = factor === null || factor <= level ? 0 : Math.min(1, (factor - 1) * 1.5)
  for (const segment of segments)
    segment.over = known && segment.expected !== null && segment.seen / (segment.expected || 1e-9) > 1.25 && lean > 0
  return { segments, ticks, factor, tilt: lean === 0 ? 0 : lean * (heaviest >= 0.5 ? 1 : -1) }
}

const round = (value: number) => Math.round(value * 100) / 100

/** Rows for labels that would lie over one another: the first row in which the label before ends at least `apart` earlier. Sorted by time. */
export function labelRows(times: readonly number[], apart: number): number[] {
  const ends: number[] = []
  return times.map((at) => {
    const free = ends.findIndex((last) => at - last >= apart)
    const row = free < 0 ? ends.length : free
    ends[row] = at
    return row
  })
}
