'use client'
import { type ComponentType, lazy, Suspense, useEffect, useState } from 'react'
import type { ExternalToast } from 'sonner'
import { Sentence } from './sentence.tsx'

type Kind = 'message' | 'success' | 'warning' | 'error'
type Waiting = [kind: Kind, title: string, options?: ExternalToast]
/** The library's own call. It comes from the list: imported here as well, the library would be loaded a second time. */
type Show = typeof import('sonner').toast

// Not by `later`, which says in a toast what could not be loaded.
const ToastList = lazy(() =>
  import('./toastList.tsx').then(
    ({ ToastList }) => ({ default: ToastList as ComponentType<{ onReady: (show: Show) => void }> }),
    () => ({ default: () => null }),
  ),
)

/** What waits for the list to be drawn. */
const waiting: Waiting[] = []
let list: Show | null = null
let onFirst: (() => void) | null = null

function show(kind: Kind, title: string, options?: ExternalToast): void {
  if (list) {
    list[kind](<Sentence text={title} max={300} />, { ...options, description: described(options?.description) })
    return
  }
  waiting.push([kind, title, options])
  onFirst?.()
}

/** Texts of toasts are sentences of the server, with names of watched servers in them. */
const described = (text: ExternalToast['description']) => (typeof text === 'string' ? <Sentence text={text} max={400} /> : text)

/** A short notice at the edge of the page. The library behind it is loaded with the first one: most visits see none. */
export const toast = Object.assign((title: string, options?: ExternalToast) => show('message', title, options), {
  success: (title: string, options?: ExternalToast) => show('success', title, options),
  warning: (title: string, options?: ExternalToast) => show('warning', title, options),
  error: (title: string, options?: ExternalToast) => show('error', title, options),
})

/** The outlet of toasts; it stands once, in the frame. */
export function Toaster() {
  const [needed, setNeeded] = useState(false)
  useEffect(() => {
    onFirst = () => setNeeded(true)
    if (list || waiting.length > 0) setNeeded(true)
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

function showWaiting(ready: Show): void {
  list = ready
  for (const [kind, title, options] of waiting.splice(0)) show(kind, title, options)
}
