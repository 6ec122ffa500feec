import type { ReactNode } from 'react'
import { cn } from './cn.ts'
import { TONE_TEXT, type Tone } from './status.tsx'

/** A small outlined word: a role, an algorithm, a count. Grey unless it asks for attention. */
export function Badge({
  tone = 'ok',
  children,
  className,
  title,
}: {
  tone?: Tone
  children: ReactNode
  className?: string
  title?: string
}) {
  return (
    <span
      title={title}
      className={cn(
        'inline-flex h-5 items-center gap-1 whitespace-nowrap rounded-sm border px-1.5 text-xs tabular',
        TONE_TEXT[tone],
        tone === 'ok' || tone === 'off' ? 'border-line' : 'border-current/30',
        className,
      )}
    >
      {children}
    </span>
  )
}
