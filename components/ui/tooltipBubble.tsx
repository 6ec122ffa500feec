'use client'
import { Tooltip as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { AnchorBox } from './anchorBox.tsx'
import { Sentence } from './sentence.tsx'
import type { Side } from './tooltip.tsx'

type Props = { id: string; anchor: HTMLElement; side?: Side; text: ReactNode; onClose: () => void }

/** The bubble of a tooltip; loaded when the first one is shown. */
export function TooltipBubble({ id, anchor, side, text, onClose }: Props) {
  return (
    <Radix.Provider>
      <Radix.Root open onOpenChange={(open) => !open && onClose()}>
        <Radix.Trigger asChild>
          <AnchorBox anchor={anchor} />
        </Radix.Trigger>
        <Radix.Portal>
          <Radix.Content
            side={side}
            sideOffset={6}
            collisionPadding={8}
            className="pointer-events-none z-50 max-w-80 animate-fade rounded bg-raised px-2 py-1 text-text text-xs shadow-float"
          >
            <span id={id}>{typeof text === 'string' ? <Sentence text={text} max={400} /> : text}</span>
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  )
}
