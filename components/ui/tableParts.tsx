import type { KeyboardEvent, MouseEvent } from 'react'
import { cn } from './cn.ts'
import type { Order } from './sort.ts'
import type { Column } from './table.tsx'
import type { RowAt } from './virtualRows.tsx'

const FROM = { sm: 'max-sm:hidden', md: 'max-md:hidden', lg: 'max-lg:hidden', xl: 'max-xl:hidden' }

const Arrow = ({ down }: { down: boolean }) => (
  <span aria-hidden="true" className="mx-1">
    {down ? '↓' : '↑'}
  </span>
)

type HeadProps<T> = {
  columns: readonly Column<T>[]
  order: Order | null
  sticky: boolean
  isLong: boolean
  onSort: (column: Column<T>) => void
}

/** The heads of a table's columns: buttons where it can be sorted by them. */
export function Head<T>({ columns, order, sticky, isLong, onSort }: HeadProps<T>) {
  return (
    <thead>
      <tr aria-rowindex={isLong ? 1 : undefined}>
        {columns.map((column) => {
          const sorted = order?.by === column.id ? order : null
          return (
            <th
              key={column.id}
              scope="col"
              aria-sort={sorted ? (sorted.down ? 'descending' : 'ascending') : undefined}
              className={cn(
                'h-8 whitespace-nowrap border-line border-b bg-surface px-2 font-normal text-dim text-xs first:pl-4',
                sticky && 'sticky top-12 z-10',
                column.right ? 'text-right' : 'text-left',
                column.grow && 'w-full',
                column.from && FROM[column.from],
                column.className,
              )}
            >
              {column.sort ? (
                <button type="button" className="font-normal hover:text-text" onClick={() => onSort(column)}>
                  {sorted && column.right && <Arrow down={sorted.down} />}
                  {column.head}
                  {sorted && !column.right && <Arrow down={sorted.down} />}
                </button>
              ) : (
                column.head || <span className="sr-only">{column.id}</span>
              )}
            </th>
          )
        })}
        {/* Room at the edge, whichever column is the last that fits. */}
        <td aria-hidden="true" className={cn('border-line border-b bg-surface p-0 pr-2', sticky && 'sticky top-12 z-10')} />
      </tr>
    </thead>
  )
}

type RowProps<T> = {
  columns: readonly Column<T>[]
  onOpen: ((row: T) => void) | undefined
  id: string
  row: T | undefined
  /** Its place in a list of which not all is drawn. */
  at: { index: number; measure: RowAt['measure'] | undefined } | undefined
  focusable: boolean
  selected: boolean
  /** No longer in the list, and still drawn while rows hold still. */
  gone: boolean | undefined
  onKey: (event: KeyboardEvent<HTMLElement>) => void
}

/** A row of a table; one that has not been read yet has its place, and keeps the focus until it has. */
export function Row<T>({ id, row, at, columns, focusable, selected, gone, onKey, onOpen }: RowProps<T>) {
  const click = (event: MouseEvent<HTMLElement>) => {
    if (row === undefined || (event.target as HTMLElement).closest('a, button, input, select, label, summary')) return
    if (!window.getSelection()?.toString()) onOpen?.(row)
  }
  return (
    <tr
      ref={at?.measure}
      data-row={id}
      data-index={at?.index}
      aria-rowindex={at && at.index + 2}
      tabIndex={focusable ? 0 : undefined}
      aria-selected={selected || undefined}
      aria-busy={row === undefined || undefined}
      onKeyDown={onKey}
      onClick={click}
      className={cn(
        'group',
        onOpen && row !== undefined && 'cursor-pointer',
        'hover:bg-hover focus-visible:bg-hover aria-selected:bg-accent-soft',
        gone && 'opacity-50',
      )}
    >
      {columns.map((column, at) => (
        <td
          key={column.id}
          className={cn(
            'h-8 border-line border-b px-2 py-1 align-middle first:pl-4 max-sm:h-11',
            column.right ? 'num' : column.grow ? '[overflow-wrap:anywhere]' : 'whitespace-nowrap',
            column.from && FROM[column.from],
            column.className,
          )}
        >
          {row === undefined ? <Unread first={at === 0} /> : column.cell(row)}
        </td>
      ))}
      <td aria-hidden="true" className="border-line border-b p-0 pr-2" />
    </tr>
  )
}

/** In place of a value that is on its way. */
const Unread = ({ first }: { first: boolean }) => (
  <span aria-hidden={!first || undefined} className="inline-block h-3 w-full max-w-24 rounded bg-line align-middle">
    {first && <span className="sr-only">being read</span>}
  </span>
)
