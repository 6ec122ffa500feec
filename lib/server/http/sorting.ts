import { z } from 'zod'
import { createSlices, mapped } from '../../engine/slices.ts'
import type { Person } from '../../model/answers/person.ts'
import { EvenkeelError } from '../../model/error.ts'
import { reachesAt } from '../../model/roles.ts'
import type { Labels } from '../../model/series.ts'
import { flag, paging } from './inputs.ts'
import { type Counted, PAGE_LIMIT, type Paging, page, readCursor, twoBeginnings, writeCursor } from './paging.ts'

export type Sortable = number | string | null | undefined
/** The columns by which a list can be sorted, each with the value that it is sorted by. */
export type Columns<T> = Record<string, (item: T) => Sortable>

/** How somebody wants to see a list: by a column, with those first on which `person` may act. */
export type Sorting = { sort?: string; mine?: boolean; person?: Person | null }

/** The query parameters of a list that is long and sorted here: paging, from any place of it, by any of its columns. */
export const sorting = (columns: readonly string[]) => ({
  ...paging,
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .meta({ description: 'How many to leave out at the beginning: a page from the middle. Not together with `cursor`' }),
  sort: z
    .enum([...columns, ...columns.map((column) => `-${column}`)], {
      error: `expected one of ${columns.join(', ')}, or one of them after a "-" for descending`,
    })
    .optional()
    .meta({ description: 'The column to sort by; with `-` before it descending. What is not known comes last either way' }),
})

/** The same of a list of what has labels, by which roles are given. */
export const sortingOfMine = (columns: readonly string[]) => ({
  ...sorting(columns),
  mine: flag.optional().meta({ description: 'Those first on which whoever asks may act, where roles are given by label' }),
})

/** What such a list is asked for: of who asks it is told only where they want what is theirs first, for its answers are shared. */
export const askedBy = <Q extends { mine?: boolean | undefined }>(call: {
  query: Q
  person: Person | null
}): Q & Pick<Sorting, 'person'> => (call.query.mine ? { ...call.query, person: call.person } : call.query)

/** Text is compared as people do: `app2` before `app10`. */
const collator = new Intl.Collator('en', { numeric: true })

/** Where an item stands: in which part of the list, by which value, and of those that are the same by its name. */
type Place = readonly [part: number, value: number | string | null, name: string]
const place = z.tuple([z.number(), z.union([z.number(), z.string(), z.null()]), z.string()])

const compare =
  (down: boolean) =>
  ([part, value, name]: Place, [part2, value2, name2]: Place): number =>
    part - part2 ||
    Number(value === null) - Number(value2 === null) ||
    (down ? compareValues(value2, value) : compareValues(value, value2)) ||
    (name < name2 ? -1 : Number(name > name2))

function compareValues(a: Place[1], b: Place[1]): number {
  if (a === null || b === null || a === b) return 0
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b))
}

/**
 * One page of a list that is by name, sorted as it is asked for. The cursor holds the place of the last item: one whose value changes meanwhile may
 * come again or not at all, as in a list that is read anew.
 */
export async function sortedPage<T>(
  items: readonly T[],
  by: { name: (item: T) => string; columns: Columns<T>; labels: (item: T) => Labels | undefined },
  { sort, mine, person, ...paging }: Paging & Sorting,
): Promise<Counted<T>> {
  const grants = mine && person?.grants ? person : null
  if (sort === undefined && !grants) return page(items, by.name, paging)
  const down = sort?.startsWith('-') ?? false
  const column = sort === undefined ? undefined : by.columns[down ? sort.slice(1) : sort]
  const ordered = await mapped(
    items,
    (item): { item: T; place: Place } => ({
      item,
      place: [grants && !reachesAt(grants, 'operator', by.labels(item)) ? 1 : 0, column?.(item) ?? null, by.name(item)],
    }),
    createSlices(),
  )
  const order = compare(down)
  ordered.sort((a, b) => order(a.place, b.place))
  return pageOf(ordered, order, paging)
}

function pageOf<T>(
  ordered: readonly { item: T; place: Place }[],
  order: (a: Place, b: Place) => number,
  { cursor, limit = PAGE_LIMIT, offset = 0 }: Paging,
): Counted<T> {
  if (cursor !== undefined && offset > 0) throw twoBeginnings()
  const after = cursor === undefined ? null : placeIn(cursor)
  // What the cursor names may be gone: what comes after it is not.
  const begin = after === null ? offset : ordered.findIndex(({ place }) => order(place, after) > 0)
  const found = begin < 0 ? [] : ordered.slice(begin, begin + limit)
  const last = found.at(-1)
  const next = last && begin + limit < ordered.length ? writeCursor(JSON.stringify(last.place)) : null
  return { items: found.map(({ item }) => item), next, total: ordered.length }
}

/** The place that a cursor of a sorted list holds. */
export function placeIn(cursor: string): Place {
  const text = readCursor(cursor)
  try {
    return place.parse(JSON.parse(text))
  } catch {
    throw new EvenkeelError('bad_request', 'cursor: give back `next` of the page before, unchanged, with the same `sort`.')
  }
}
