import type { FirstSorted } from '@/components/frame/useRows.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import { TARGET_COLUMNS } from '@/lib/model/listColumns.ts'
import { scopeOf, sortOf } from './scope.ts'
import type { Visit } from './visit.ts'

/** The rows of a list of targets with which its page is painted, and how many targets are down. */
export async function firstTargets(
  { runtime, calls, person }: Pick<Visit, 'runtime' | 'calls' | 'person'>,
  searchParams: Promise<Record<string, string | string[] | undefined>>,
  caching = false,
): Promise<{ first: FirstSorted<TargetView>; down: number }> {
  const [scope, sort] = [await scopeOf(searchParams), await sortOf(searchParams, TARGET_COLUMNS)]
  const page = await calls.listTargets(runtime, { brief: true, caching, q: scope, ...(sort && { sort }), mine: true, person })
  const down = await calls.listTargets(runtime, { brief: true, caching, q: 'state=down', limit: 1 })
  return { first: { scope, sort, page }, down: down.total ?? 0 }
}
