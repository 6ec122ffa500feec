import type { ReactNode } from 'react'

/** One key. */
export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-flex h-5 min-w-5 items-center justify-center rounded-sm border border-line-strong bg-sunken px-1 font-mono text-dim text-xs">
      {children}
    </kbd>
  )
}
