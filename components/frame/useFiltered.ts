'use client'
import { useEffect, useState } from 'react'
import type { Page } from '@/lib/model/answers/shape.ts'
import { useScope } from './Scope.tsx'
import { type Pages, type PagesOptions, usePages } from './usePages.ts'

/** The first page of a list as the server painted it, and the filter that it was asked with. */
export type First<T> = { page: Page<T>; scope: string }

export type Filtered<T> = Pages<T> & {
  /** What stands in the filter. */
  scope: string
  /** The rows are those of what stood in it before. */
  searching: boolean
  /** Changes with what the rows answer. */
  question: string
}

/** Whoever types pauses for less between two letters. */
const TYPED_MS = 200

/** What it was until it has been the same for a moment; what is empty at once. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), text === '' ? 0 : TYPED_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

/** A list of the API, narrowed at the server by the filter of the top bar: a row is found whether or not its page has been read. */
export function useFiltered<T>(
  key: readonly unknown[],
  path: string,
  { first, ...options }: Omit<PagesOptions<T>, 'initialData'> & { first?: First<T> | undefined } = {},
): Filtered<T> {
  const [scope] = useScope()
  const asked = useSettled(scope)
  const list = usePages<T>(key, path, {
    ...options,
    query: { ...options.query, q: asked },
    // What was painted for another filter is no answer to this one.
    ...(first?.scope === asked && { initialData: first.page }),
  })
  return { ...list, scope, searching: scope !== asked || list.before, question: `${asked}${list.before ? '…' : ''}` }
}
