'use client'
import type { ReactNode } from 'react'
import { later } from './later.tsx'

const SheetOverlay = later(() => import('./overlay.tsx').then(({ SheetOverlay }) => SheetOverlay))
const DialogOverlay = later(() => import('./overlay.tsx').then(({ DialogOverlay }) => DialogOverlay))

export type OverlayProps = {
  /** Escape, the cross, a click beside it. A sheet has a URL of its own: go back to the list's. */
  onClose: () => void
  title: ReactNode
  /** One line under the title. */
  lead?: ReactNode
  /** Stays at the foot while the body scrolls: the verbs. */
  foot?: ReactNode
  children: ReactNode
}
export type SheetProps = OverlayProps & { wide?: boolean }

/** Details over the list they came from, at the right; the whole width on a phone. */
export function Sheet({ open = true, ...rest }: SheetProps & { open?: boolean }) {
  return open ? <SheetOverlay {...rest} /> : null
}

/** A question that must be answered before going on, or a small form. */
export function Dialog({ open, ...rest }: OverlayProps & { open: boolean }) {
  return open ? <DialogOverlay {...rest} /> : null
}
