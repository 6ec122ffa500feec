'use client'
import { useQueries } from '@tanstack/react-query'
import { parseAsString, useQueryState } from 'nuqs'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Order } from '@/components/ui/sort.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { get, type Query } from './api.ts'
import { useLive } from './live.tsx'
import { pace } from './pace.ts'
import { PAGE_ROWS, pagesOf, rowsOf } from './rowPages.ts'
import { useScope } from './Scope.tsx'
import { type First, useSettled } from './useFiltered.ts'

/** The first page of a list as the server painted it, and what it was asked with. */
export type FirstSorted<T> = First<T> & { sort: string }

export type Rows<T> = {
  /** All rows by their place, as far as they were read. */
  rows: readonly (T | undefined)[]
  total: number
  /** How many there would be without the filter. */
  of: number
  known: boolean
  /** What stands in the filter. */
  scope: string
  /** The rows are those of what stood in it before. */
  searching: boolean
  /** Changes with what the rows answer. */
  question: string
  error: Error | null
  order: Order | null
  setOrder(order: Order): void
  /** The rows with these places are in sight. */
  show(places: readonly number[]): void
}

type Options<T> = {
  query?: Query
  first?: FirstSorted<T>
  columns: readonly string[]
  /** An order that the address holds in another way than as `sort`. */
  order?: readonly [Order, (order: Order) => void]
  everyMs?: number
}
type Read<T> = Pick<Rows<T>, 'rows' | 'total' | 'of'> & { asked: string; ordered: string }

const sortText = ({ by, down }: Order) => `${down ? '-' : ''}${by}`

/** A table's order in the address, as the API takes it: `hitRatio`, `-hitRatio` turned round. */
function useSort(): [Order | null, (order: Order) => void] {
  const [text, setText] = useQueryState('sort', parseAsString.withDefault('').withOptions({ scroll: false }))
  const down = text.startsWith('-')
  return [{ by: down ? text.slice(1) : text, down }, (order) => void setText(sortText(order))]
}

/**
 * A long list of the API of which only the rows in sight are asked for, filtered and sorted at the server: what a page costs does not grow with
 * the list. `key` begins with the noun that events speak of.
 */
export function useRows<T>(
  key: readonly unknown[],
  path: string,
  { query, first, columns, everyMs = 3_000, ...options }: Options<T>,
): Rows<T> {
  const { live } = useLive()
  const [scope] = useScope()
  const asked = useSettled(scope)
  const inAddress = useSort()
  const [wanted, setOrder] = options.order ?? inAddress
  const order = wanted && columns.includes(wanted.by) ? wanted : null
  const sort = order ? sortText(order) : ''
  /** What else the rows are the answer to. */
  const ordered = JSON.stringify([sort, query])
  const [inSight, setInSight] = useState('0')
  const show = useCallback((places: readonly number[]) => setInSight(pagesOf(places, null).join(' ')), [])
  const read = useRef<Read<T> | null>(null)
  const whole: Query = { ...query, q: asked, sort, limit: PAGE_ROWS }
  const isAnswer = (one: Read<T> | null) => one?.asked === asked && one.ordered === ordered
  const places = inSight.split(' ').map((page) => Number(page) * PAGE_ROWS)
  const pages = pagesOf(places, isAnswer(read.current) ? read.current!.total : null)
  const answers = useQueries({
    queries: pages.map((page) => ({
      queryKey: [...key, 'rows', whole, page],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        get<Page<T>>(path, { ...whole, ...(page > 0 && { offset: page * PAGE_ROWS }) }, signal),
      refetchInterval: live && (() => pace.every(everyMs)),
      // What was painted for another question is no answer to this one.
      ...(page === 0 && first?.scope === asked && first.sort === sort && { initialData: first.page }),
    })),
  })
  const version = answers.map(({ dataUpdatedAt }, i) => `${pages[i]}@${dataUpdatedAt}`).join(' ')
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` says which answers these are
  const now = useMemo((): Read<T> | null => {
    const answered = answers.flatMap(({ data, dataUpdatedAt }, i) => (data ? [{ page: pages[i]!, at: dataUpdatedAt, answer: data }] : []))
    return answered.length > 0 ? { ...rowsOf(answered), asked, ordered } : null
  }, [version, asked, ordered])
  // Until the first page of an answer is here, what was answered before stays.
  const shown = now ?? read.current
  useEffect(() => {
    if (now) read.current = now
  }, [now])
  const before = shown !== null && !isAnswer(shown)
  return {
    rows: shown?.rows ?? [],
    total: shown?.total ?? 0,
    of: shown?.of ?? 0,
    known: shown !== null,
    scope,
    searching: scope !== asked || (before && shown.asked !== asked),
    question: `${ordered} ${asked}${before ? '…' : ''}`,
    error: answers.find(({ error }) => error)?.error ?? null,
    order,
    setOrder,
    show,
  }
}
