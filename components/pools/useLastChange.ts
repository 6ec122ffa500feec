'use client'
import { useClock } from '@/components/frame/live.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { touches } from '@/components/series/useAnnotations.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { FIGURE_SECONDS } from './words.ts'

/** When the weights or states of a pool were last written, while its figures still reach back before that moment; else null. */
export function useLastChange(where: { target: string; pool: string }): number | null {
  const now = useClock(5_000)
  const { data } = useApi<Page<ChangeView>>(['changes'], 'changes', { everyMs: 10_000 })
  const moments = (data?.items ?? [])
    .filter((change) => touches(change, where))
    .flatMap(({ at, state, endedAt }) => [Date.parse(at), ...(state === 'rolled_back' && endedAt ? [Date.parse(endedAt)] : [])])
  const last = Math.max(...moments)
  return now && now - last < FIGURE_SECONDS * 1_000 ? last : null
}
