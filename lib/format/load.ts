import { number, text, type Unit } from './format.ts'

/** The load at a moment, in the middle of a sentence: `100 requests/s, 115 users`. */
export const loadText = (load: readonly { words: string; value: number; unit: Unit }[]): string =>
  load
    .map(({ words, value, unit }) =>
      unit === 'perSecond' ? `${number(value)} ${words.replace(' per second', '/s')}` : `${text(value, unit)} ${words}`,
    )
    .join(', ')

/** Where a figure had been: `20 ms to 31 ms`, or the one value that it always had. */
export function rangeText(low: number, high: number, unit: Unit): string {
  const [from, to] = [text(low, unit), text(high, unit)]
  return from === to ? from : `${from} to ${to}`
}
