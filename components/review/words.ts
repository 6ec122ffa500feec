import type { Tone } from '@/components/ui/status.tsx'
import { duration } from '@/lib/format/format.ts'
import type { ReviewPart, ReviewRow } from '@/lib/model/answers/review.ts'

/** The mark of a row. What is well is grey: colour is attention. */
export const TONE: Record<ReviewRow['is'], Tone> = { act: 'warning', watch: 'info', well: 'ok', gap: 'off' }
export const WORD: Record<ReviewRow['is'], string> = { act: 'to do', watch: 'risk', well: 'well', gap: 'not measured' }

/** `over 10 min`, `at 12:03:22 UTC`: the time of a measurement, short. */
export function spanText({ from, to }: NonNullable<ReviewRow['window']>): string {
  const ms = Date.parse(to) - Date.parse(from)
  return ms > 0 ? `over ${duration(ms)}` : `at ${to.slice(11, 19)} UTC`
}

export const exactSpan = ({ from, to }: NonNullable<ReviewRow['window']>) =>
  `${from.slice(0, 19).replace('T', ' ')} to ${to.slice(0, 19).replace('T', ' ')} UTC`

/** How many rows of a part are to do: `2 to do`, else what it comes to. */
export function partWords({ rows }: Pick<ReviewPart, 'rows'>): { tone: Tone; text: string } {
  const count = (is: ReviewRow['is']) => rows.filter((row) => row.is === is).length
  if (count('act') > 0) return { tone: 'warning', text: `${count('act')} to do` }
  if (count('watch') > 0) return { tone: 'info', text: `${count('watch')} ${count('watch') === 1 ? 'risk' : 'risks'}` }
  return count('well') > 0 ? { tone: 'ok', text: 'well' } : { tone: 'off', text: 'not measured' }
}
