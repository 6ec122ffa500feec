'use client'
import { type KeyboardEvent, lazy, type MouseEvent, type ReactNode, Suspense, useEffect, useRef, useState } from 'react'
import { cn } from './cn.ts'
import { holdOrder } from './hold.ts'
import { moveRow, useRowKeys } from './rows.ts'
import { type Order, sortRows } from './sort.ts'
import type { RowAt } from './virtualRows.tsx'

export type Column<T> = {
  id: string
  head: ReactNode
  cell: (row: T) => ReactNode
  /** Numbers stand at the right, in tabular figures. */
  right?: boolean
  /** Makes the head a button that sorts by this value. */
  sort?: (row: T) => number | string | null | undefined
  /** Left out below this width: sm 640, md 768, lg 1024, xl 1280 px. */
  from?: 'sm' | 'md' | 'lg' | 'xl'
  /** Takes what is left over; long text wraps here and nowhere else. */
  grow?: boolean
  className?: string
}

type Props<T> = {
  /** For screen readers: what this table lists. */
  label: string
  columns: readonly Column<T>[]
  rows: readonly T[]
  rowKey: (row: T) => string
  /** Enter, or a click anywhere in the row. Put a real link in the first column too, for those who open in a new tab. */
  onOpen?: (row: T) => void
  /** The page's main list: `j` and `k` move through it from anywhere. One a page. */
  main?: boolean
  /** Rows hold still while the pointer or the focus is on them. */
  hold?: boolean
  /** What the rows are the answer to: those of another question are not held back. */
  question?: string
  /** The row whose sheet is open. */
  selected?: string | null
  initialOrder?: Order
  /** The order where it is part of the view's address; with `onOrder`. */
  order?: Order
  onOrder?: (order: Order) => void
  /** Shown in place of rows. */
  empty?: ReactNode
  /** Keeps the head in sight while the page scrolls under the top bar. */
  sticky?: boolean
  className?: string
}

/** From so many rows on only those in sight are drawn: a browser lays out a thousand rows of ten cells for half a second. */
const LONG_FROM = 150
const VirtualRows = lazy(() => import('./virtualRows.tsx').then(({ VirtualRows }) => ({ default: VirtualRows })))

const FROM = { sm: 'max-sm:hidden', md: 'max-md:hidden', lg: 'max-lg:hidden', xl: 'max-xl:hidden' }

const Arrow = ({ down }: { down: boolean }) => (
  <span aria-hidden="true" className="mx-1">
    {down ? '↓' : '↑'}
  </span>
)

/** A table: sorted by its heads, walked with j, k and Enter, with columns that are left out on narrow screens. */
export function Table<T>(props: Props<T>) {
  const { label, columns, rows, rowKey, onOpen, main, hold, question, selected, initialOrder, empty, sticky = true, className } = props
  const [ownOrder, setOwnOrder] = useState<Order | null>(initialOrder ?? null)
  const order = props.order ?? ownOrder
  const [held, setHeld] = useState(false)
  const body = useRef<HTMLTableSectionElement>(null)
  const shown = useRef<{ rows: readonly T[]; order: Order | null; question?: string | undefined }>({ rows: [], order: null })

  const sort = order && columns.find((column) => column.id === order.by)?.sort
  const wanted = sort ? sortRows(rows, sort, order.down) : rows
  // Another order, or another question, that somebody has asked for is not held back.
  const { order: before } = shown.current
  const isSame = before?.by === order?.by && before?.down === order?.down && shown.current.question === question
  const still = hold && held && isSame && shown.current.rows.length > 0 ? holdOrder(shown.current.rows, wanted, rowKey) : null
  const visible = still ? still.rows : wanted
  useEffect(() => {
    shown.current = { rows: visible, order, question }
  })

  const sortBy = ({ id, right }: Column<T>) => {
    const next = { by: id, down: order?.by === id ? !order.down : Boolean(right) }
    if (props.onOrder) props.onOrder(next)
    else setOwnOrder(next)
  }
  useRowKeys(body, Boolean(main))
  const onRowKey = (event: KeyboardEvent<HTMLElement>, row: T) => {
    if (event.target !== event.currentTarget) return
    if (event.key === 'Enter') onOpen?.(row)
    else if (event.key === 'ArrowDown') moveRow(body.current, 1)
    else if (event.key === 'ArrowUp') moveRow(body.current, -1)
    else return
    event.preventDefault()
  }

  if (rows.length === 0 && empty) return <>{empty}</>
  const drawn = (row: T, at?: RowAt) => {
    const key = rowKey(row)
    return (
      <Row
        key={key}
        id={key}
        row={row}
        at={at}
        columns={columns}
        focusable={Boolean(onOpen || main)}
        selected={selected === key}
        gone={still?.gone.has(key)}
        onKey={(event) => onRowKey(event, row)}
        onOpen={onOpen}
      />
    )
  }
  const isLong = visible.length >= LONG_FROM
  return (
    <div className={cn('relative w-full', !sticky && 'overflow-x-auto', className)}>
      <table
        aria-label={label}
        // Not all rows are in the document: how many there are, with the head, and which each is.
        aria-rowcount={isLong ? visible.length + 1 : undefined}
        className="w-full border-separate border-spacing-0 text-sm"
        onPointerEnter={() => setHeld(true)}
        onPointerLeave={(event) => !event.currentTarget.contains(document.activeElement) && setHeld(false)}
        onFocus={() => setHeld(true)}
        onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && !event.currentTarget.matches(':hover') && setHeld(false)}
      >
        <Head columns={columns} order={order} sticky={sticky} isLong={isLong} onSort={sortBy} />
        <Suspense fallback={<tbody>{visible.slice(0, LONG_FROM).map((row) => drawn(row))}</tbody>}>
          {isLong ? (
            <VirtualRows count={visible.length} keyOf={(index) => rowKey(visible[index]!)} columns={columns.length + 1} body={body}>
              {(at) => drawn(visible[at.index]!, at)}
            </VirtualRows>
          ) : (
            <tbody ref={body}>{visible.map((row) => drawn(row))}</tbody>
          )}
        </Suspense>
      </table>
    </div>
  )
}

type HeadProps<T> = {
  columns: readonly Column<T>[]
  order: Order | null
  sticky: boolean
  isLong: boolean
  onSort: (column: Column<T>) => void
}

function Head<T>({ columns, order, sticky, isLong, onSort }: HeadProps<T>) {
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

type RowProps<T> = Pick<Props<T>, 'columns' | 'onOpen'> & {
  id: string
  row: T
  /** Its place in a list of which not all is drawn. */
  at: RowAt | undefined
  focusable: boolean
  selected: boolean
  /** No longer in the list, and still drawn while rows hold still. */
  gone: boolean | undefined
  onKey: (event: KeyboardEvent<HTMLElement>) => void
}

function Row<T>({ id, row, at, columns, focusable, selected, gone, onKey, onOpen }: RowProps<T>) {
  const click = (event: MouseEvent<HTMLElement>) => {
    if ((event.target as HTMLElement).closest('a, button, input, select, label, summary')) return
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
      onKeyDown={onKey}
      onClick={click}
      className={cn(
        'group',
        onOpen && 'cursor-pointer',
        'hover:bg-hover focus-visible:bg-hover aria-selected:bg-accent-soft',
        gone && 'opacity-50',
      )}
    >
      {columns.map((column) => (
        <td
          key={column.id}
          className={cn(
            'h-8 border-line border-b px-2 py-1 align-middle first:pl-4 max-sm:h-11',
            column.right ? 'num' : column.grow ? '[overflow-wrap:anywhere]' : 'whitespace-nowrap',
            column.from && FROM[column.from],
            column.className,
          )}
        >
          {column.cell(row)}
        </td>
      ))}
      <td aria-hidden="true" className="border-line border-b p-0 pr-2" />
    </tr>
  )
}
