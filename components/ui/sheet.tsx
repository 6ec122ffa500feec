'use client'
import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { cn } from './cn.ts'

type Props = {
  open?: boolean
  /** Escape, the cross, a click beside it. A sheet has a URL of its own: go back to the list's. */
  onClose: () => void
  title: ReactNode
  /** One line under the title. */
  lead?: ReactNode
  /** Stays at the foot while the body scrolls: the verbs. */
  foot?: ReactNode
  wide?: boolean
  children: ReactNode
}

/** Details over the list they came from, at the right; the whole width on a phone. */
export function Sheet({ open = true, onClose, title, lead, foot, wide, children }: Props) {
  return (
    <Radix.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-[oklch(0.15_0.01_250/0.35)]" />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            // The text first, not the cross.
            event.preventDefault()
            ;(event.currentTarget as HTMLElement).focus()
          }}
          className={cn(
            'fixed inset-y-0 right-0 z-40 flex w-full animate-sheet flex-col border-line border-l bg-surface shadow-float outline-none',
            wide ? 'sm:max-w-4xl' : 'sm:max-w-2xl',
          )}
        >
          <header className="flex items-start gap-3 border-line border-b px-4 py-3">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-lg [overflow-wrap:anywhere]">{title}</Radix.Title>
              {lead && <div className="text-dim text-sm">{lead}</div>}
            </div>
            <Radix.Close asChild>
              <Button look="ghost" size="icon" aria-label="Close" hint="Close (Esc)">
                <X size={16} aria-hidden />
              </Button>
            </Radix.Close>
          </header>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <div tabIndex={0} className="min-h-0 flex-1 overflow-y-auto px-4 py-4 -outline-offset-2">
            {children}
          </div>
          {foot && <footer className="flex flex-wrap items-center gap-2 border-line border-t bg-raised px-4 py-3">{foot}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** A question that must be answered before going on, or a small form. */
export function Dialog({ open, onClose, title, lead, foot, children }: Omit<Props, 'wide' | 'open'> & { open: boolean }) {
  return (
    <Radix.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-50 animate-fade bg-[oklch(0.15_0.01_250/0.35)]" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-50 flex max-h-[76vh] w-[calc(100vw-2rem)] max-w-lg -translate-x-1/2 animate-fade flex-col rounded border border-line bg-surface shadow-float"
        >
          <header className="border-line border-b px-4 py-3">
            <Radix.Title className="text-lg">{title}</Radix.Title>
            {lead && <div className="text-dim text-sm">{lead}</div>}
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-4 py-4">{children}</div>
          {foot && <footer className="flex flex-wrap justify-end gap-2 border-line border-t px-4 py-3">{foot}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
