'use client'
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query'
import { get, type Query } from './api.ts'
import { useLive } from './live.tsx'
import { pace } from './pace.ts'

type Options<T> = {
  query?: Query
  /** From the page's server component: the first paint needs no request. */
  initialData?: T
  /** How often it is asked again while live; events make it old sooner. Default 3 s. */
  everyMs?: number | false
  enabled?: boolean
}

/**
 * One answer of the API, kept fresh. `key` begins with the noun that events speak of: findings, proposals, changes, targets, pools,
 * rings, ttls, caches, overview, rules.
 */
export function useApi<T>(
  key: readonly unknown[],
  path: string,
  { query, initialData, everyMs = 3_000, enabled }: Options<T> = {},
): UseQueryResult<T> {
  const { live } = useLive()
  return useQuery<T>({
    queryKey: query ? [...key, query] : key,
    queryFn: ({ signal }) => get<T>(path, query, signal),
    initialData,
    enabled,
    refetchInterval: live && everyMs !== false && (() => pace.every(everyMs)),
    placeholderData: keepPreviousData as (before: T | undefined) => never,
  }) as UseQueryResult<T>
}
