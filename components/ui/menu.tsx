'use client'
import { Slot } from 'radix-ui'
import { type KeyboardEvent, type MouseEvent, type ReactNode, useId, useState } from 'react'
import { later } from './later.tsx'

const MenuList = later(() => import('./menuList.tsx').then(({ MenuList }) => MenuList))

export type MenuItem = { label: ReactNode; onSelect: () => void; hint?: ReactNode; checked?: boolean; disabledBecause?: string } | 'line'
export type Align = 'start' | 'end'

/** A list of verbs or choices under one button (the child). */
export function Menu({ items, children, align = 'end' }: { items: MenuItem[]; children: ReactNode; align?: Align }) {
  const id = useId()
  const [anchor, setAnchor] = useState<HTMLElement | null>(null)
  return (
    <>
      <Slot.Root
        id={id}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={(event: MouseEvent<HTMLElement>) => setAnchor(event.currentTarget)}
        onKeyDown={(event: KeyboardEvent<HTMLElement>) => {
          if (event.key !== 'ArrowDown') return
          event.preventDefault()
          setAnchor(event.currentTarget)
        }}
      >
        {children}
      </Slot.Root>
      {anchor && <MenuList labelledBy={id} anchor={anchor} align={align} items={items} onClose={() => setAnchor(null)} />}
    </>
  )
}
