'use client'
import { Slot } from 'radix-ui'
import { type FocusEvent, type MouseEvent, type PointerEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { later } from './later.tsx'

const TooltipBubble = later(() => import('./tooltipBubble.tsx').then(({ TooltipBubble }) => TooltipBubble))

export type Side = 'top' | 'right' | 'bottom' | 'left'
const DELAY_MS = 300

/**
 * A short text beside the one child, on hover and on focus, and on a press of what is disabled: a finger cannot hover. `text` empty: none.
 * The child takes a ref and props. It is the same element with a text and without: a button that becomes disabled keeps the focus.
 */
export function Tooltip({ text, side, children }: { text: ReactNode; side?: Side; children: ReactNode }) {
  const id = useId()
  const [anchor, setAnchor] = useState<HTMLElement | null>(null)
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined)
  const close = () => {
    clearTimeout(waiting.current)
    setAnchor(null)
  }
  useEffect(() => () => clearTimeout(waiting.current), [])
  const onPointerEnter = (event: PointerEvent<HTMLElement>) => {
    const element = event.currentTarget
    if (event.pointerType !== 'touch') waiting.current = setTimeout(() => setAnchor(element), DELAY_MS)
  }
  const onFocus = (event: FocusEvent<HTMLElement>) => {
    if (event.currentTarget.matches(':focus-visible')) setAnchor(event.currentTarget)
  }
  const onClick = (event: MouseEvent<HTMLElement>) => {
    if (event.currentTarget.ariaDisabled === 'true') setAnchor(event.currentTarget)
  }
  const shown = anchor !== null && Boolean(text)
  return (
    <>
      <Slot.Root
        aria-describedby={shown ? id : undefined}
        onPointerEnter={onPointerEnter}
        onPointerLeave={close}
        onPointerDown={close}
        onFocus={onFocus}
        onBlur={close}
        onClick={onClick}
      >
        {children}
      </Slot.Root>
      {shown && <TooltipBubble id={id} anchor={anchor} side={side} text={text} onClose={close} />}
    </>
  )
}
