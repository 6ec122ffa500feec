import { number, text, type Unit } from '@/lib/format/format.ts'

/** There is room for six digits beside a chart. */
const LONG: [from: number, sign: string][] = [
  [1e9, 'G'],
  [1e6, 'M'],
]
const COUNTS = new Set<Unit>(['count', 'perSecond', 'none'])

/** The label of a tick of the value axis: ratios without decimals and large counts in millions, so that they stay short. */
export function valueText(value: number, unit: Unit): string {
  if (unit === 'ratio') return `${number(value * 100)} %`
  const [from, sign] = (COUNTS.has(unit) && LONG.find(([least]) => Math.abs(value) >= least)) || []
  return from === undefined ? text(value, unit) : `${number(value / from)} ${sign}${unit === 'perSecond' ? '/s' : ''}`
}

/** The label of a tick of the time axis: a day, a minute or a second, as the range is long. */
export function timeText(ms: number, spanMs: number): string {
  const date = new Date(ms)
  if (spanMs > 3 * 86_400_000) return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
  return date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', ...(spanMs < 4 * 60_000 ? { second: '2-digit' } : {}) })
}

/** A moment with its day, to the second: of a reading, of a row of the table. */
export const momentText = (ms: number) =>
  new Date(ms).toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' })
