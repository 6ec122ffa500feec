import { type RefObject, useLayoutEffect, useState } from 'react'

/** The width that an element has on the screen, px; 0 before it is known. */
export function useWidth(box: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    if (!box.current) return
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)))
    observer.observe(box.current)
    setWidth(Math.floor(box.current.clientWidth))
    return () => observer.disconnect()
  }, [box])
  return width
}
