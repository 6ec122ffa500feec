import { number, text, type Unit } from '@/lib/format/format.ts'

/** The label of a tick of the value axis; ratios without decimals, so that they stay short. */
export const valueText = (value: number, unit: Unit) => (unit === 'ratio' ? `${number(value * 100)} %` : text(value, unit))

/** The label of a tick of the time axis: a day, a minute or a second, as the range is long. */
export function timeText(ms: number, spanMs: number): string {
  const date = new Date(ms)
  if (spanMs > 3 * 86_400_000) return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
  return date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', ...(spanMs < 4 * 60_000 ? { second: '2-digit' } : {}) })
}

/** A moment with its day, to the second: of a reading, of a row of the table. */
export const momentText = (ms: number) =>
  new Date(ms).toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' })
