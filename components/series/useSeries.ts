'use client'
import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { type RefObject, useEffect, useState } from 'react'
import { get } from '@/components/frame/api.ts'
import { useLive } from '@/components/frame/live.tsx'
import { type Range, rangeBounds, refreshFor, stepFor } from '@/components/frame/range.ts'
import type { SeriesView } from '@/lib/model/answers/series.ts'
import type { Labels } from '@/lib/model/series.ts'

export type SeriesQuestion = { metric: string; where?: Labels; rate?: boolean }

/**
 * Series of the page's range, one answer a question, at a step that fits a chart. Asked again only while live and in sight. `backMs`: as
 * it was so long before.
 */
export function useSeries(questions: readonly SeriesQuestion[], range: Range, inSight = true, backMs = 0) {
  const { live, now } = useLive()
  const spanMs = range.live ? range.spanMs : range.to - range.from
  const step = stepFor(spanMs)
  const answers = useQueries({
    queries: questions.map((question) => ({
      queryKey: ['series', question, range, backMs],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const { from, to } = rangeBounds(range, now())
        // Bounds on whole steps: a bucket keeps its place from one answer to the next.
        const bounds = { from: Math.floor(from / step) * step, to: Math.ceil(to / step) * step }
        const answer = await get<{ series: SeriesView[] }>(
          'series',
          {
            ...question.where,
            metric: question.metric,
            from: new Date(bounds.from - backMs).toISOString(),
            to: new Date(bounds.to - backMs).toISOString(),
            step: `${step / 1_000}s`,
            rate: question.rate ? 1 : undefined,
          },
          signal,
        )
        return { ...bounds, series: answer.series }
      },
      enabled: inSight,
      refetchInterval: live && range.live && inSight ? refreshFor(spanMs) : (false as const),
      placeholderData: keepPreviousData,
      // Every answer differs: comparing 300 points of each series with those before would only find that.
      structuralSharing: false,
    })),
  })
  const data = answers.map((answer) => answer.data)
  const known = data.find((one) => one !== undefined)
  return {
    series: data.map((one) => one?.series ?? []),
    from: known?.from,
    to: known?.to,
    step,
    /** Changes with every answer. */
    at: answers.map((answer) => answer.dataUpdatedAt).join(),
    error: answers.find((answer) => answer.error)?.error ?? null,
    pending: answers.some((answer) => answer.isPending),
  }
}

/** True once the element has been near the screen, and while it is. */
export function useInSight(element: RefObject<HTMLElement | null>): boolean {
  const [seen, setSeen] = useState(false)
  useEffect(() => {
    if (!element.current) return
    const observer = new IntersectionObserver(([entry]) => setSeen(Boolean(entry?.isIntersecting)), { rootMargin: '200px' })
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [element])
  return seen
}
