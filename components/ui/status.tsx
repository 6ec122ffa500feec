import type { ReactNode } from 'react'
import { cn } from './cn.ts'

/** What a mark says. `ok` is grey on purpose: colour is attention. `change` is what Evenkeel did. */
export type Tone = 'critical' | 'warning' | 'info' | 'ok' | 'off' | 'change'

const COLOUR: Record<Tone, string> = {
  critical: 'text-critical',
  warning: 'text-warning',
  info: 'text-info',
  ok: 'text-dim',
  off: 'text-dim',
  change: 'text-change',
}
export const TONE_TEXT: Record<Tone, string> = {
  critical: 'text-critical-text',
  warning: 'text-warning-text',
  info: 'text-info-text',
  ok: 'text-dim',
  off: 'text-dim',
  change: 'text-change-text',
}

/** The shape alone: critical a filled diamond, warning a triangle, info a hollow circle, ok a small dot, off a dash, change a bar. Decorative: put the word beside it. */
export function Shape({ tone, size = 10, className }: { tone: Tone; size?: number; className?: string }) {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 10 10" className={cn('inline-block shrink-0', COLOUR[tone], className)}>
      {tone === 'critical' && <path d="M5 0 10 5 5 10 0 5Z" fill="currentColor" />}
      {tone === 'warning' && <path d="M5 .6 9.8 9.4H.2Z" fill="currentColor" />}
      {tone === 'info' && <circle cx="5" cy="5" r="3.9" fill="none" stroke="currentColor" strokeWidth="1.6" />}
      {tone === 'ok' && <circle cx="5" cy="5" r="2.2" fill="currentColor" opacity=".75" />}
      {tone === 'off' && <path d="M1.5 5h7" stroke="currentColor" strokeWidth="1.6" />}
      {tone === 'change' && <path d="M5 0v10" stroke="currentColor" strokeWidth="2.4" />}
    </svg>
  )
}

/** Shape and word: `<Status tone="critical">critical</Status>`. */
export function Status({ tone, children, className }: { tone: Tone; children: ReactNode; className?: string }) {
  return (
    <span className={cn('inline-flex items-center gap-1.5 whitespace-nowrap', TONE_TEXT[tone], className)}>
      <Shape tone={tone} />
      {children}
    </span>
  )
}
