'use client'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import type { Page } from '@/lib/model/answers/shape.ts'
import { get, type Query } from './api.ts'
import { useLive } from './live.tsx'
import { pace } from './pace.ts'

export type PagesOptions<T> = {
  query?: Query
  /** The first page, from the page's server component: the first paint needs no request. */
  initialData?: Page<T>
  /** How often the pages that were read are asked for again while live. Default 3 s. */
  everyMs?: number
  /** Follows `next` by itself to the end: for what is sorted, searched or counted here. Else the next page comes on demand. */
  all?: boolean
  enabled?: boolean
}

export type Pages<T> = {
  items: T[]
  /** How many there are at the server, read or not. */
  total: number
  /** How many there would be without the filter `q`. */
  of: number
  /** Something has been read. */
  known: boolean
  /** Reads the next page; null after the last. */
  more: (() => void) | null
  reading: boolean
  /** What is given is the answer to what was asked before. */
  before: boolean
  error: Error | null
}

/** Whoever reads a list to its end asks for few long pages. */
const ALL_LIMIT = 1_000

/** What is asked for page by page, each with the cursor that the page before gave. */
export const pagesQuery = <T>(key: readonly unknown[], path: string, query: Query = {}) => ({
  queryKey: [...key, 'pages', query] as const,
  queryFn: ({ pageParam, signal }: { pageParam: string; signal: AbortSignal }) =>
    get<Page<T>>(path, { ...query, cursor: pageParam }, signal),
  initialPageParam: '',
  getNextPageParam: (last: Page<T>) => last.next,
})

/** A list of the API over its pages: nobody may take the first page for the whole list. `key` begins with the noun that events speak of. */
export function usePages<T>(key: readonly unknown[], path: string, options: PagesOptions<T> = {}): Pages<T> {
  const { initialData, everyMs = 3_000, all = false, enabled } = options
  const query = all ? { limit: ALL_LIMIT, ...options.query } : (options.query ?? {})
  const { live } = useLive()
  const found = useInfiniteQuery({
    ...pagesQuery<T>(key, path, query),
    initialData: initialData && { pages: [initialData], pageParams: [''] },
    refetchInterval: live && (() => pace.every(everyMs)),
    placeholderData: keepPreviousData,
    enabled,
  })
  const { data, error, hasNextPage, isFetching, isFetchingNextPage, isPlaceholderData, fetchNextPage } = found
  const follow = all && hasNextPage && !isFetching && !isPlaceholderData && !error && enabled !== false
  useEffect(() => {
    // Several charts of a page follow one list: the second must not cancel what the first has begun.
    if (follow) void fetchNextPage({ cancelRefetch: false })
  }, [follow, fetchNextPage])
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data])
  const [first] = data?.pages ?? []
  // The first page is the one that was read first; while pages are missing, only the server knows.
  const total = hasNextPage ? Math.max(items.length, first?.total ?? 0) : items.length
  return {
    items,
    total,
    of: Math.max(total, first?.all ?? 0),
    known: data !== undefined,
    more: hasNextPage ? () => void fetchNextPage() : null,
    reading: isFetchingNextPage,
    before: isPlaceholderData,
    error,
  }
}
