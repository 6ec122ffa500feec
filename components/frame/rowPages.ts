import type { Page } from '@/lib/model/answers/shape.ts'

/** Rows that are asked for at once: as many as a page of the API holds unless more are asked for. */
export const PAGE_ROWS = 100

/** The numbers of the pages on which these rows stand, of a list of `total` rows; the first where nothing is known yet. Pure. */
export function pagesOf(rows: Iterable<number>, total: number | null): number[] {
  const last = total === null ? Number.POSITIVE_INFINITY : Math.max(0, Math.ceil(total / PAGE_ROWS) - 1)
  const pages = new Set<number>()
  for (const row of rows) pages.add(Math.min(last, Math.floor(row / PAGE_ROWS)))
  return pages.size > 0 ? [...pages].sort((a, b) => a - b) : [0]
}

type Answered<T> = { page: number; at: number; answer: Page<T> }

/** A list as far as it was read: as long as the newest answer says, with holes where no page was read. Pure. */
export function rowsOf<T>(answered: readonly Answered<T>[]): { rows: (T | undefined)[]; total: number; of: number } {
  const [newest] = [...answered].sort((a, b) => b.at - a.at)
  if (!newest) return { rows: [], total: 0, of: 0 }
  const { answer, page } = newest
  const total = answer.total ?? page * PAGE_ROWS + answer.items.length
  const rows: (T | undefined)[] = new Array(total).fill(undefined)
  for (const { page, answer } of answered)
    for (const [i, item] of answer.items.entries()) if (page * PAGE_ROWS + i < total) rows[page * PAGE_ROWS + i] = item
  return { rows, total, of: Math.max(total, answer.all ?? 0) }
}
