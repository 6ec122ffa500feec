'use client'
import { type ComponentType, lazy, type ReactNode, Suspense, useEffect } from 'react'
import { toast } from './toast.tsx'

/**
 * A component whose script is loaded when it is first drawn: for what few people open. A script that cannot be loaded (the server is away,
 * or another version of it answers) is told in a toast, and the page stays.
 */
export function later<P extends object>(load: () => Promise<ComponentType<P>>, meanwhile?: ReactNode): ComponentType<P> {
  const Loaded = lazy(async () => ({ default: (await load().catch(() => NotLoaded)) as ComponentType<P> }))
  return (props) => (
    <Suspense fallback={meanwhile}>
      <Loaded {...props} />
    </Suspense>
  )
}

function NotLoaded() {
  useEffect(() => {
    toast.error('This part of the page could not be loaded', {
      id: 'not-loaded',
      description: 'Evenkeel does not answer, or it was updated since this page was opened. Reload the page.',
    })
  }, [])
  return null
}
