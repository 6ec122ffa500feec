'use client'
import { type ComponentType, lazy, Suspense, useEffect, useState } from 'react'
import type { ExternalToast } from 'sonner'

type Kind = 'message' | 'success' | 'warning' | 'error'
type Waiting = [kind: Kind, title: string, options?: ExternalToast]

// Not by `later`, which says in a toast what could not be loaded.
const ToastList = lazy(() =>
  import('./toastList.tsx').then(
    ({ ToastList }) => ({ default: ToastList as ComponentType<{ onReady: () => void }> }),
    () => ({ default: () => null }),
  ),
)

/** What waits for the list to be drawn; null once it is there. */
let waiting: Waiting[] | null = []
let onFirst: (() => void) | null = null

async function show(kind: Kind, title: string, options?: ExternalToast): Promise<void> {
  if (waiting) {
    waiting.push([kind, title, options])
    onFirst?.()
  } else (await import('sonner')).toast[kind](title, options)
}

/** A short notice at the edge of the page. The library behind it is loaded with the first one: most visits see none. */
export const toast = Object.assign((title: string, options?: ExternalToast) => void show('message', title, options), {
  success: (title: string, options?: ExternalToast) => void show('success', title, options),
  warning: (title: string, options?: ExternalToast) => void show('warning', title, options),
  error: (title: string, options?: ExternalToast) => void show('error', title, options),
})

/** The outlet of toasts; it stands once, in the frame. */
export function Toaster() {
  const [needed, setNeeded] = useState(false)
  useEffect(() => {
    onFirst = () => setNeeded(true)
    if (waiting && waiting.length > 0) setNeeded(true)
    return () => {
      onFirst = null
    }
  }, [])
  return needed ? (
    <Suspense>
      <ToastList onReady={showWaiting} />
    </Suspense>
  ) : null
}

function showWaiting(): void {
  const all = waiting ?? []
  waiting = null
  for (const [kind, title, options] of all) void show(kind, title, options)
}
