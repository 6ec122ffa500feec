'use client'
import { useMemo } from 'react'
import type { Annotation } from '@/components/charts/chart.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { usePages } from '@/components/frame/usePages.ts'
import { useRange } from '@/components/frame/useRange.ts'
import { stepsLine } from '@/components/proposals/words.ts'
import type { AnnotationView } from '@/lib/model/answers/annotation.ts'
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

/** What people and programs have annotated, as it is drawn: a moment, or both ends of a span. Pure. */
export const annotationMarks = ({ time, timeEnd, text }: Pick<AnnotationView, 'time' | 'timeEnd' | 'text'>): Annotation[] => [
  { at: time, label: text, external: true },
  ...(timeEnd !== undefined && timeEnd > time ? [{ at: timeEnd, label: `end of ${text}`, external: true }] : []),
]

const ANNOTATIONS_MOST = 500

/** What has been annotated in the page's range; while it is live, the newest. */
function useExternalAnnotations(): AnnotationView[] | undefined {
  const { range } = useRange()
  const query = range.live ? { limit: ANNOTATIONS_MOST } : { from: range.from, to: range.to, limit: ANNOTATIONS_MOST }
  return useApi<AnnotationView[]>(['annotations'], 'annotations', { query, everyMs: 60_000 }).data
}

/** The changes to draw on a chart of these labels, and what has been annotated. One list for all charts of a page. */
export function useAnnotations(where: Labels): Annotation[] {
  const { items } = usePages<ChangeView>(['changes'], 'changes', { query: { limit: 1000 }, everyMs: 10_000, all: true })
  const external = useExternalAnnotations()
  const key = JSON.stringify(where)
  return useMemo(
    () => [
      ...(external ?? []).flatMap(annotationMarks),
      ...items
        .filter((change) => touches(change, JSON.parse(key) as Labels))
        .flatMap((change) => [
          { at: Date.parse(change.at), label: stepsLine(change.steps) },
          ...(change.state === 'rolled_back' && change.endedAt ? [{ at: Date.parse(change.endedAt), label: 'rolled back' }] : []),
        ]),
    ],
    [items, external, key],
  )
}
