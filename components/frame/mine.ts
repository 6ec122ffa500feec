import type { FrameView } from '@/lib/model/answers/frame.ts'
import { reachesAt } from '@/lib/model/roles.ts'
import type { Labels } from '@/lib/model/series.ts'
import { useApi } from './useApi.ts'

/** The rows of a list with those first that somebody acts on, each part in its order. Whoever has no role by label has no part of their own. Pure. */
export function mineFirst<T>(person: FrameView['person'] | undefined, rows: readonly T[], labelsOf: (row: T) => Labels | undefined): T[] {
  if (!person?.grants) return [...rows]
  const [mine, others]: [T[], T[]] = [[], []]
  for (const row of rows) (reachesAt(person, 'operator', labelsOf(row)) ? mine : others).push(row)
  return [...mine, ...others]
}

/** `mineFirst` for whoever looks. */
export function useMineFirst(): <T extends { labels?: Labels | undefined }>(rows: readonly T[]) => T[] {
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  return (rows) => mineFirst(frame?.person, rows, ({ labels }) => labels)
}
