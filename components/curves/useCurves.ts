import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { post } from '@/components/frame/api.ts'
import type { CurvesView } from '@/lib/model/answers/curves.ts'
import type { CurvesQuestion } from './question.ts'

/** References of a live cache grow; those of a trace do not change. */
const FRESH_MS = 5 * 60_000

/**
 * The answer to a question of curves: the last one until the next is there. The query ends what nobody waits for any more, and the server
 * drops its simulation with the request.
 */
export function useCurves(question: CurvesQuestion | null) {
  return useQuery<CurvesView>({
    queryKey: ['curves', question],
    queryFn: ({ signal }) => post<CurvesView>('curves', question, signal),
    enabled: question !== null,
    staleTime: question && 'trace' in question.source ? Number.POSITIVE_INFINITY : FRESH_MS,
    refetchOnWindowFocus: false,
    placeholderData: keepPreviousData,
  })
}

/** A value once it has rested: who drags a slider asks once, not at each pixel. Compared by its JSON. */
export function useRested<T>(value: T, ms = 250): T {
  const print = JSON.stringify(value)
  const [rested, setRested] = useState({ print, value })
  useEffect(() => {
    const timer = setTimeout(() => setRested((last) => (last.print === print ? last : { print, value: JSON.parse(print) as T })), ms)
    return () => clearTimeout(timer)
  }, [print, ms])
  return rested.value
}
