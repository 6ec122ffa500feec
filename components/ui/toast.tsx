'use client'
import { useTheme } from 'next-themes'
import { Toaster as Sonner } from 'sonner'

/** Once, in the frame. `toast` from sonner speaks through it; sonner's list is an aria-live region. */
export function Toaster() {
  const { resolvedTheme } = useTheme()
  return (
    <Sonner
      position="bottom-right"
      theme={resolvedTheme === 'dark' ? 'dark' : 'light'}
      visibleToasts={4}
      mobileOffset={{ bottom: 64 }}
      toastOptions={{
        duration: 8_000,
        style: {
          background: 'var(--raised)',
          color: 'var(--text)',
          border: '1px solid var(--line)',
          borderRadius: 6,
          fontFamily: 'inherit',
        },
        classNames: { description: 'text-dim!' },
      }}
    />
  )
}
