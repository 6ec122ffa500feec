import { defaultRangeExtractor, useWindowVirtualizer, type VirtualItem } from '@tanstack/react-virtual'
import { Fragment, type ReactNode, type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

/** What a row is taken to be high until it is measured. */
const ROW_PX = 33
/** Rows beyond the edges of the window that are drawn too: whoever scrolls or walks sees no hole. */
const BEYOND = 15

export type RowAt = { index: number; measure: (element: Element | null) => void }

type Props = {
  count: number
  keyOf: (index: number) => string | number
  columns: number
  body: RefObject<HTMLTableSectionElement | null>
  /** Is told the places of the rows that are drawn. */
  onShow?: ((places: readonly number[]) => void) | undefined
  /** One row; `measure` is the ref of its element, which has `data-index`. */
  children: (at: RowAt) => ReactNode
}

/**
 * The body of a table that draws the rows in sight alone, with room for the others. The row that has the focus, and its neighbours, are always drawn:
 * the focus is not lost by scrolling, and a walk goes on from there.
 */
export function VirtualRows({ count, keyOf, columns, body, onShow, children }: Props) {
  const [margin, setMargin] = useState(0)
  const focused = useFocusedRow(body)
  const rangeExtractor = useCallback(
    (range: Parameters<typeof defaultRangeExtractor>[0]) => {
      const indexes = defaultRangeExtractor(range)
      if (focused.current === null) return indexes
      const kept = [focused.current - 1, focused.current, focused.current + 1].filter((index) => index >= 0 && index < range.count)
      return [...new Set([...indexes, ...kept])].sort((a, b) => a - b)
    },
    [focused],
  )
  const virtualizer = useWindowVirtualizer({
    count,
    estimateSize: () => ROW_PX,
    overscan: BEYOND,
    scrollMargin: margin,
    getItemKey: keyOf,
    rangeExtractor,
  })
  useLayoutEffect(() => {
    const place = () => setMargin((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY)
    place()
    window.addEventListener('resize', place)
    return () => window.removeEventListener('resize', place)
  }, [body])

  const items = virtualizer.getVirtualItems()
  const total = virtualizer.getTotalSize()
  const drawn = items.map(({ index }) => index).join(' ')
  useEffect(() => {
    if (drawn !== '') onShow?.(drawn.split(' ').map(Number))
  }, [drawn, onShow])
  return (
    <tbody ref={body}>
      {items.map((item, at) => (
        <Fragment key={item.key}>
          <Room px={item.start - (at === 0 ? margin : items[at - 1]!.end)} columns={columns} />
          {children({ index: item.index, measure: virtualizer.measureElement })}
        </Fragment>
      ))}
      <Room px={roomBelow(items, total, margin)} columns={columns} />
    </tbody>
  )
}

const roomBelow = (items: readonly VirtualItem[], total: number, margin: number): number => total + margin - (items.at(-1)?.end ?? margin)

/** The place of rows that are not drawn. */
function Room({ px, columns }: { px: number; columns: number }) {
  if (px < 1) return null
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus
    <tr aria-hidden="true">
      <td colSpan={columns} style={{ height: px, padding: 0 }} />
    </tr>
  )
}

/** The index of the row that has the focus; null where none has it. */
function useFocusedRow(body: RefObject<HTMLTableSectionElement | null>): RefObject<number | null> {
  const focused = useRef<number | null>(null)
  useEffect(() => {
    const look = () => {
      const row = body.current?.contains(document.activeElement) ? document.activeElement?.closest<HTMLElement>('[data-index]') : null
      focused.current = row ? Number(row.dataset.index) : null
    }
    document.addEventListener('focusin', look)
    document.addEventListener('focusout', look)
    return () => {
      document.removeEventListener('focusin', look)
      document.removeEventListener('focusout', look)
    }
  }, [body])
  return focused
}
