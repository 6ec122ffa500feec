import type { ComponentProps } from 'react'
import { createPortal } from 'react-dom'

/**
 * An empty box over an element: what Radix places a bubble or a menu by, when the element was drawn before Radix was loaded. It stands at the
 * end of the page, because inside a dialog that is moved by CSS `fixed` would be measured from the dialog.
 */
export function AnchorBox({ anchor, ...rest }: { anchor: HTMLElement } & ComponentProps<'span'>) {
  const { left, top, width, height } = anchor.getBoundingClientRect()
  const style = { position: 'fixed', pointerEvents: 'none', left, top, width, height } as const
  return createPortal(<span {...rest} aria-hidden="true" tabIndex={-1} style={style} />, document.body)
}
