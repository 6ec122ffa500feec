'use client'
import { useMemo } from 'react'
import type { Annotation } from '@/components/charts/chart.ts'
import { usePages } from '@/components/frame/usePages.ts'
import { stepsLine } from '@/components/proposals/words.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'
import { isWithin, tierOf } from '@/lib/model/ref.ts'
import type { Labels } from '@/lib/model/series.ts'
import { groupOf, parseSetting } from '@/lib/model/setting.ts'

/** Whether a change touched what these labels name: its target, and its pool where both have one. Pure. */
export function touches(change: Pick<ChangeView, 'steps'>, where: Labels): boolean {
  if (Object.keys(where).length === 0) return true
  const drawn = tierOf(where)
  return drawn !== null && change.steps.some(({ setting }) => isWithin(groupOf(parseSetting(setting)), drawn))
}

/** The changes to draw on a chart of these labels. One list for all charts of a page. */
export function useAnnotations(where: Labels): Annotation[] {
  const { items } = usePages<ChangeView>(['changes'], 'changes', { query: { limit: 1000 }, everyMs: 10_000, all: true })
  const key = JSON.stringify(where)
  return useMemo(
    () =>
      items
        .filter((change) => touches(change, JSON.parse(key) as Labels))
        .flatMap((change) => [
          { at: Date.parse(change.at), label: stepsLine(change.steps) },
          ...(change.state === 'rolled_back' && change.endedAt ? [{ at: Date.parse(change.endedAt), label: 'rolled back' }] : []),
        ]),
    [items, key],
  )
}
