'use client'
import { ago, duration } from '@/lib/format/format.ts'
import type { Iso } from '@/lib/model/answers/shape.ts'
import { useClock } from './live.tsx'

const exactly = (iso: Iso) => new Date(iso).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })

/** `3 min ago`; the moment itself on hover. */
export function Ago({ at, className }: { at: Iso | null | undefined; className?: string }) {
  const now = useClock(5_000) || Date.now()
  if (!at) return <span className="text-dim">never</span>
  return (
    <time dateTime={at} title={exactly(at)} suppressHydrationWarning className={className}>
      {ago(Date.parse(at), now)}
    </time>
  )
}

/** How long it has lasted: `12 min`; the moment it began on hover. */
export function Since({ at, className }: { at: Iso; className?: string }) {
  const now = useClock(5_000) || Date.now()
  const ms = Math.max(0, now - Date.parse(at))
  return (
    <time dateTime={at} title={exactly(at)} suppressHydrationWarning className={className}>
      {duration(ms < 60_000 ? Math.round(ms / 1_000) * 1_000 : Math.round(ms / 60_000) * 60_000)}
    </time>
  )
}

/** A day that may be far off: `24 Feb 2027`; the moment itself on hover. */
export function Day({ at, className }: { at: Iso; className?: string }) {
  return (
    <time dateTime={at} title={exactly(at)} suppressHydrationWarning className={className}>
      {new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })}
    </time>
  )
}

/** A moment on the clock: `14:03:22`, with the day when it is not today. */
export function Moment({ at, className }: { at: Iso; className?: string }) {
  const date = new Date(at)
  const today = new Date().toDateString() === date.toDateString()
  return (
    <time dateTime={at} title={exactly(at)} suppressHydrationWarning className={className}>
      {today ? '' : `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} `}
      {date.toLocaleTimeString('en-GB')}
    </time>
  )
}
