'use client'
import { Tabs as Radix } from 'radix-ui'
import type { ReactNode } from 'react'

export type Tab = { id: string; label: ReactNode; content: ReactNode }

/** Tabs under a heading. Give `value` and `onChange` from the URL, so that the tab is part of the view's address. */
export function Tabs({ tabs, value, onChange, label }: { tabs: Tab[]; value: string; onChange: (id: string) => void; label: string }) {
  const current = tabs.some((tab) => tab.id === value) ? value : (tabs[0]?.id ?? '')
  return (
    <Radix.Root value={current} onValueChange={onChange} activationMode="manual">
      <Radix.List aria-label={label} className="flex gap-1 overflow-x-auto border-line border-b px-4 max-sm:px-2">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.id}
            value={tab.id}
            className="-mb-px h-9 shrink-0 border-transparent border-b-2 px-2 text-dim text-sm outline-offset-[-2px] hover:text-text data-[state=active]:border-accent data-[state=active]:text-text"
          >
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.id} value={tab.id} className="outline-offset-[-2px]">
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  )
}
