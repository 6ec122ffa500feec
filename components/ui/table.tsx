'use client'
import { type KeyboardEvent, lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react'
import { cn } from './cn.ts'
import { holdOrder, holdPlaces } from './hold.ts'
import { moveRow, useRowKeys } from './rows.ts'
import { type Order, sortRows } from './sort.ts'
import { Head, Row } from './tableParts.tsx'
import type { RowAt } from './virtualRows.tsx'

export type Column<T> = {
  id: string
  head: ReactNode
  cell: (row: T) => ReactNode
  /** Numbers stand at the right, in tabular figures. */
  right?: boolean
  /** Makes the head a button that sorts by this value; `asked`: by what whoever gives the rows knows of it, who is told by `onOrder`. */
  sort?: ((row: T) => number | string | null | undefined) | 'asked'
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
  /** In the order in which they are shown unless a column sorts them here; a hole is a row that has not been read. */
  rows: readonly (T | undefined)[]
  rowKey: (row: T) => string
  /** For a list of which only what is in sight is read: is told the places of the rows that are drawn. */
  onShow?: (places: readonly number[]) => void
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

/** A table: sorted by its heads, walked with j, k and Enter, with columns that are left out on narrow screens. */
export function Table<T>(props: Props<T>) {
  const {
    label,
    columns,
    rows,
    rowKey,
    onShow,
    onOpen,
    main,
    hold,
    question,
    selected,
    initialOrder,
    empty,
    sticky = true,
    className,
  } = props
  const [ownOrder, setOwnOrder] = useState<Order | null>(initialOrder ?? null)
  const order = props.order ?? ownOrder
  const [held, setHeld] = useState(false)
  const body = useRef<HTMLTableSectionElement>(null)
  const shown = useRef<{ rows: readonly (T | undefined)[]; order: Order | null; question?: string | undefined }>({ rows: [], order: null })

  const sort = order && columns.find((column) => column.id === order.by)?.sort
  const wanted =
    typeof sort === 'function'
      ? sortRows(
          rows.filter((row) => row !== undefined),
          sort,
          order!.down,
        )
      : rows
  // Another order, or another question, that somebody has asked for is not held back.
  const { order: before } = shown.current
  const isSame = before?.by === order?.by && before?.down === order?.down && shown.current.question === question
  const still = hold && held && isSame && shown.current.rows.length > 0 ? heldOf(shown.current.rows, wanted, rowKey, onShow) : null
  const visible: readonly (T | undefined)[] = still ? still.rows : wanted
  useEffect(() => {
    shown.current = { rows: visible, order, question }
  })

  const sortBy = ({ id, right }: Column<T>) => {
    const next = { by: id, down: order?.by === id ? !order.down : Boolean(right) }
    if (props.onOrder) props.onOrder(next)
    else setOwnOrder(next)
  }
  useRowKeys(body, Boolean(main))
  // The first paint is the server's, which knows no window: rows as far as they are there.
  const awake = useAwake()
  const isLong = visible.length >= LONG_FROM
  const length = visible.length
  useEffect(() => {
    if (!isLong) onShow?.(Array.from({ length }, (_, place) => place))
  }, [isLong, length, onShow])
  const onRowKey = (event: KeyboardEvent<HTMLElement>, row: T | undefined) => {
    if (event.target !== event.currentTarget) return
    if (event.key === 'Enter') {
      if (row !== undefined) onOpen?.(row)
    } else if (event.key === 'ArrowDown') moveRow(body.current, 1)
    else if (event.key === 'ArrowUp') moveRow(body.current, -1)
    else return
    event.preventDefault()
  }

  if (rows.length === 0 && empty) return <>{empty}</>
  const drawn = (place: number, measure?: RowAt['measure']) => {
    const row = visible[place]
    const at = isLong ? { index: place, measure } : undefined
    const key = row === undefined ? `row ${place + 1}` : rowKey(row)
    return (
      <Row
        // Of a list that is read in parts, one may stand in two of them that were read at different moments.
        key={onShow ? place : key}
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
  const begin = () => visible.slice(0, LONG_FROM).flatMap((row, place) => (row === undefined ? [] : [drawn(place)]))
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
        <Suspense fallback={<tbody>{begin()}</tbody>}>
          {!isLong ? (
            <tbody ref={body}>{visible.map((_, place) => drawn(place))}</tbody>
          ) : !awake && onShow ? (
            <tbody ref={body}>{begin()}</tbody>
          ) : (
            <VirtualRows
              count={visible.length}
              keyOf={(place) => (onShow ? place : rowKey(visible[place]!))}
              columns={columns.length + 1}
              body={body}
              onShow={onShow}
            >
              {({ index, measure }) => drawn(index, measure)}
            </VirtualRows>
          )}
        </Suspense>
      </table>
    </div>
  )
}

function heldOf<T>(
  shown: readonly (T | undefined)[],
  fresh: readonly (T | undefined)[],
  key: (row: T) => string,
  inParts: unknown,
): { rows: readonly (T | undefined)[]; gone: Set<string> } {
  return inParts ? holdPlaces(shown, fresh, key) : holdOrder(shown as readonly T[], fresh as readonly T[], key)
}

/** False while the page is as the server painted it. */
function useAwake(): boolean {
  const [awake, setAwake] = useState(false)
  useEffect(() => setAwake(true), [])
  return awake
}
