'use client'
import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import { Button } from './button.tsx'
import { cn } from './cn.ts'
import type { OverlayProps, SheetProps } from './sheet.tsx'

/** The open sheet; loaded when the first one is opened. */
export function SheetOverlay({ onClose, title, lead, foot, wide, children }: SheetProps) {
  return (
    <Radix.Root open onOpenChange={(now) => !now && onClose()}>
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

/** The open dialog; loaded with the sheets. */
export function DialogOverlay({ onClose, title, lead, foot, children }: OverlayProps) {
  return (
    <Radix.Root open onOpenChange={(now) => !now && onClose()}>
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
