/** The page's time range: a span that ends now, or two fixed moments. Pure; the URL is read in useRange. */
export type Range = { live: true; spanMs: number } | { live: false; from: number; to: number }

const UNIT: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
export const SPANS = ['5m', '15m', '1h', '6h', '24h', '7d', '30d'] as const
const DEFAULT_SPAN = '15m'

/** `15m` -> ms; null when it is not a span. */
export function parseSpan(text: string): number | null {
  const match = /^(\d{1,4})([mhd])$/.exec(text)
  const ms = match ? Number(match[1]) * UNIT[match[2]!]! : 0
  return ms > 0 && ms <= 366 * 86_400_000 ? ms : null
}

/** `from`/`to` (epoch ms) win over `span`; what cannot be read is the default. */
export function readRange(span: string | null, from: number | null, to: number | null): Range {
  if (from !== null && to !== null && to > from) return { live: false, from, to }
  return { live: true, spanMs: parseSpan(span ?? '') ?? parseSpan(DEFAULT_SPAN)! }
}

/** The moments to ask for. */
export function rangeBounds(range: Range, now: number): { from: number; to: number } {
  return range.live ? { from: now - range.spanMs, to: now } : { from: range.from, to: range.to }
}

/** A step that gives at most about 240 points, from a list that people can read. */
export function stepFor(spanMs: number): number {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200].map((s) => s * 1_000)
  return steps.find((step) => spanMs / step <= 300) ?? 86_400_000
}

/**
 * How often a chart of that span is asked for again, ms: once a step, between 2 s and a minute. Within a step only the last point would move,
 * and each redraw of a page with eight charts costs 25 ms of processor time.
 */
export const refreshFor = (spanMs: number): number => Math.min(60_000, Math.max(2_000, stepFor(spanMs)))

/** The range in words: `last 15 min`. */
export function rangeText(range: Range): string {
  if (!range.live) {
    const day = (ms: number) => new Date(ms).toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
    return `${day(range.from)} – ${day(range.to)}`
  }
  const span = Object.entries(UNIT)
    .reverse()
    .find(([, ms]) => range.spanMs % ms === 0 && range.spanMs >= ms)
  return span ? `Last ${range.spanMs / span[1]} ${span[0] === 'm' ? 'min' : span[0]}` : `Last ${Math.round(range.spanMs / 60_000)} min`
}
