import { safe } from '../format/format.ts'
import type { ReviewPart, ReviewRow } from '../model/answers/review.ts'
import type { Unit } from '../model/finding.ts'
import type { Labels } from '../model/series.ts'
import type { Measurement } from '../model/window.ts'
import type { Span } from './facts.ts'

/** Most rows of one part: nobody reads more, and the first ones are those that matter. */
const ROWS_MOST = 24

const WEIGHT = { act: 0, watch: 1, gap: 2, well: 3 }

/** A part of the review, what is to be done first. */
export const part = (id: string, title: string, question: string, rows: readonly ReviewRow[]): ReviewPart => ({
  id,
  title,
  question,
  rows: merged(rows).toSorted((a, b) => WEIGHT[a.is] - WEIGHT[b.is]),
  left: 0,
})

/** Things in one row. */
const NAMES = 4

/** `cache-a, cache-b and 3 more`. */
export const listed = (names: readonly string[]): string =>
  `${names.slice(0, NAMES).join(', ')}${names.length > NAMES ? ` and ${names.length - NAMES} more` : ''}`

/** What is not measured of several things for the same reason is one row. */
function merged(rows: readonly ReviewRow[]): ReviewRow[] {
  const groups = Map.groupBy(rows, (row) =>
    row.is === 'gap' && 'because' in row.measured ? JSON.stringify([row.what, row.measured.because, row.follows]) : row.id,
  )
  return [...groups.values()].map((same) => {
    const [first, ...others] = same as [ReviewRow]
    return others.length === 0 ? first : { ...first, about: listed(same.map(({ about }) => about)), href: null }
  })
}

/** The same part as it is shown: its first rows, and how many more there are. */
export const cut = (whole: ReviewPart): ReviewPart => ({
  ...whole,
  rows: whole.rows.slice(0, ROWS_MOST),
  left: Math.max(0, whole.rows.length - ROWS_MOST),
})

type Said = Pick<ReviewRow, 'is' | 'follows'> & { change?: ReviewRow['change'] }

const iso = ({ from, to }: Span) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })

/** What a row is of. */
export type About = { id: string; about: string; href: string | null; what: string }

/** A row of a measurement; where there is none it is a gap, and `conclude` is not asked. `gap`: the step that fills it. */
export function measuredRow(
  of: About,
  measurement: Measurement,
  unit: Unit,
  span: Span,
  conclude: (value: number) => Said,
  gap?: ReviewRow['change'],
): ReviewRow {
  if (measurement.is === 'unjudged') return gapRow(of, measurement.because, gap)
  const { value, low, high } = measurement
  const bounds = high < Number.MAX_VALUE && (low !== value || high !== value) ? { low, high } : {}
  return {
    ...named(of),
    measured: { value, unit, ...bounds },
    window: iso(span),
    change: null,
    ...conclude(value),
  }
}

/** A row of what is configured or counted, as it is now. */
export const statedRow = (of: About, words: string, said: Said): ReviewRow => ({
  ...named(of),
  measured: { words: safe(words, 300) },
  window: null,
  change: null,
  ...said,
})

/** A row of a number that is a fact of the configuration or a prediction from it. */
export const numberRow = (
  of: About,
  value: number,
  unit: Unit,
  said: Said,
  more: { low?: number; high?: number; span?: Span } = {},
): ReviewRow => ({
  ...named(of),
  measured: {
    value,
    unit,
    ...(more.low !== undefined && more.high !== undefined && more.low !== more.high ? { low: more.low, high: more.high } : {}),
  },
  window: more.span ? iso(more.span) : null,
  change: null,
  ...said,
})

/** A gap: what is not measured is said, never zero. */
export const gapRow = (of: About, because: string, change: ReviewRow['change'] = null): ReviewRow => ({
  ...named(of),
  is: 'gap',
  measured: { because: safe(because, 300) },
  window: null,
  follows: 'Nothing can be concluded.',
  change,
})

const named = ({ id, about, href, what }: About) => ({ id, about: safe(about, 120), href, what })

/** The page of what labels name. */
export function pageOf({ target, pool, ring }: Labels): string | null {
  if (ring !== undefined) return `/rings/${encodeURIComponent(ring)}`
  if (target === undefined) return null
  return pool === undefined ? `/targets/${encodeURIComponent(target)}` : `/pools/${encodeURIComponent(target)}/${encodeURIComponent(pool)}`
}

export const labOf = (target: string) => `/curves?target=${encodeURIComponent(target)}`
export const keysOf = (target: string) => `/keys?target=${encodeURIComponent(target)}`
export const windowOf = iso
export const value = (measured: Measurement): number | null => (measured.is === 'measured' ? measured.value : null)
