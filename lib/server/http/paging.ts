import type { Page } from '../../model/answers/shape.ts'
import { EvenkeelError } from '../../model/error.ts'

/** `offset`: how many to leave out at the beginning, in place of a cursor. */
export type Paging = { cursor?: string; limit?: number; offset?: number }
export type Counted<T> = Page<T> & { total: number }
export const PAGE_LIMIT = 100
export const PAGE_LIMIT_MAX = 1000

/**
 * One page of a list that is sorted by `key` (ascending, or descending for newest first). The cursor holds the last item's key, so
 * that a list which grows or shrinks meanwhile neither repeats nor skips what was there all the time. `total` counts the whole list.
 */
export function page<T>(
  items: readonly T[],
  key: (item: T) => string,
  { cursor, limit = PAGE_LIMIT, offset = 0 }: Paging = {},
  order: 'up' | 'down' = 'up',
): Counted<T> {
  if (cursor !== undefined && offset > 0) throw twoBeginnings()
  const after = cursor === undefined ? null : readCursor(cursor)
  const begin = after === null ? offset : items.findIndex((item) => (order === 'up' ? key(item) > after : key(item) < after))
  if (begin < 0) return { items: [], next: null, total: items.length }
  const found = items.slice(begin, begin + limit)
  const last = found.at(-1)
  return { items: found, next: last !== undefined && begin + limit < items.length ? writeCursor(key(last)) : null, total: items.length }
}

/** Newest first; ids tell apart what happened in the same ms. */
export function pageNewest<T extends { id: string }>(items: readonly T[], at: (item: T) => number, paging?: Paging): Counted<T> {
  const key = (item: T) => `${String(at(item)).padStart(15, '0')} ${item.id}`
  return page(
    // As the keys sort, without making one for each comparison.
    [...items].sort((a, b) => at(b) - at(a) || (a.id < b.id ? 1 : -1)),
    key,
    paging,
    'down',
  )
}

/** One page that holds a whole list, for lists that are never long. */
export const onePage = <T>(items: T[]): Counted<T> => ({ items, next: null, total: items.length })

export const twoBeginnings = () => new EvenkeelError('bad_request', 'offset: a page begins at a cursor or at an offset, not at both.')

export const writeCursor = (key: string) => Buffer.from(`k${key}`).toString('base64url')
export function readCursor(cursor: string): string {
  const text = /^[\w-]{1,2000}$/.test(cursor) ? Buffer.from(cursor, 'base64url').toString() : ''
  if (!text.startsWith('k')) throw new EvenkeelError('bad_request', 'cursor: give back `next` of the page before, unchanged.')
  return text.slice(1)
}
