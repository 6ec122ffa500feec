'use client'
import { useTheme } from 'next-themes'
import { useEffect } from 'react'
import { Toaster as Sonner, toast } from 'sonner'

const line = '1px solid var(--line-strong)'

/** The list of toasts, an aria-live region; loaded when there is a first toast (toast.ts). */
export function ToastList({ onReady }: { onReady: (show: typeof toast) => void }) {
  const { resolvedTheme } = useTheme()
  // The list's own effect, by which it hears of toasts, has run before this one.
  useEffect(() => onReady(toast), [onReady])
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
