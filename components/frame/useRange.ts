'use client'
import { parseAsBoolean, parseAsInteger, parseAsString, useQueryStates } from 'nuqs'
import { useMemo } from 'react'
import { type Range, readRange } from './range.ts'

/** The page's time range, kept in the URL (`span`, or `from` and `to` in epoch ms). */
export function useRange(): {
  range: Range
  spanMs: number
  setSpan: (span: string) => void
  zoom: (from: number, to: number) => void
  /** Back to live. */
  reset: () => void
  /** Draw the stretch right before beside it. */
  compare: boolean
  setCompare: (compare: boolean) => void
} {
  const [query, setQuery] = useQueryStates(
    { span: parseAsString, from: parseAsInteger, to: parseAsInteger, compare: parseAsBoolean },
    { history: 'push', scroll: false },
  )
  const range = useMemo(() => readRange(query.span, query.from, query.to), [query.span, query.from, query.to])
  const verbs = useMemo(
    () => ({
      setSpan: (span: string) => void setQuery({ span, from: null, to: null }),
      zoom: (from: number, to: number) => void setQuery({ from: Math.round(from), to: Math.round(to) }),
      setCompare: (compare: boolean) => void setQuery({ compare: compare || null }),
      reset: () => void setQuery({ from: null, to: null }),
    }),
    [setQuery],
  )
  return { range, spanMs: range.live ? range.spanMs : range.to - range.from, compare: query.compare ?? false, ...verbs }
}
