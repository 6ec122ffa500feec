'use client'
import { useTheme } from 'next-themes'
import { Toaster as Sonner } from 'sonner'

const line = '1px solid var(--line-strong)'

/** Once, in the frame. `toast` from sonner speaks through it; sonner's list is an aria-live region. */
export function Toaster() {
  const { resolvedTheme } = useTheme()
  return (
    <Sonner
      position="bottom-right"
      theme={resolvedTheme === 'dark' ? 'dark' : 'light'}
      visibleToasts={3}
      // Stacked toasts would fade under one another.
      expand
      mobileOffset={{ bottom: 64 }}
      toastOptions={{
        duration: 8_000,
        style: { background: 'var(--raised)', color: 'var(--text)', border: line, borderRadius: 6, fontFamily: 'var(--font-geist-sans)' },
        actionButtonStyle: { background: 'var(--raised)', color: 'var(--text)', border: line, borderRadius: 6 },
        classNames: { description: 'text-dim!', title: 'line-clamp-3' },
      }}
    />
  )
}
