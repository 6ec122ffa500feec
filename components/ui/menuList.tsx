'use client'
import { DropdownMenu as Radix } from 'radix-ui'
import { AnchorBox } from './anchorBox.tsx'
import type { Align, MenuItem } from './menu.tsx'

type Props = { labelledBy: string; anchor: HTMLElement; align: Align; items: MenuItem[]; onClose: () => void }

/** The open list of a menu; loaded when the first one is opened. */
export function MenuList({ labelledBy, anchor, align, items, onClose }: Props) {
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Trigger asChild>
        <AnchorBox anchor={anchor} />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-labelledby={labelledBy}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            anchor.focus()
          }}
          className="z-50 min-w-44 max-w-80 animate-float rounded border border-line bg-raised p-1 text-sm shadow-float"
        >
          {items.map((item, at) =>
            item === 'line' ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line has no name
              <Radix.Separator key={at} className="my-1 h-px bg-line" />
            ) : (
              <Radix.Item
                // biome-ignore lint/suspicious/noArrayIndexKey: the list does not move while it is open
                key={at}
                disabled={Boolean(item.disabledBecause)}
                onSelect={item.onSelect}
                className="flex cursor-default items-center gap-3 rounded-sm px-2 py-1 outline-none data-[disabled]:opacity-60 data-[highlighted]:bg-hover"
              >
                <span className="flex-1">{item.label}</span>
                {(item.hint || item.disabledBecause) && <span className="text-dim text-xs">{item.disabledBecause ?? item.hint}</span>}
                {item.checked && <span aria-hidden>✓</span>}
              </Radix.Item>
            ),
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
