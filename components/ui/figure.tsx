import { exact, interval, type Unit, words } from '@/lib/format/format.ts'
import { cn } from './cn.ts'
import { Shape } from './status.tsx'

type Props = {
  /** null or undefined: not measured; `because` says why. */
  value: number | null | undefined
  unit: Unit
  low?: number
  high?: number
  because?: string
  /** The colour of a number that is out of line. */
  tone?: 'critical' | 'warning'
  className?: string
}

/** A number with its unit dim, its interval when there is one, and the exact figure on hover. */
export function Figure({ value, unit, low, high, because, tone, className }: Props) {
  if (value === null || value === undefined || !Number.isFinite(value))
    return (
      <span className={cn('text-dim', className)} title={because ?? 'not measured'}>
        –<span className="sr-only">{because ?? 'not measured'}</span>
      </span>
    )
  const shown = words(value, unit)
  const hasInterval = low !== undefined && high !== undefined
  return (
    <span
      title={exact(value, unit) + (hasInterval ? `, 95 % between ${interval(low, high, unit)}` : '')}
      className={cn(
        'whitespace-nowrap tabular',
        tone === 'critical' && 'font-medium text-critical-text',
        tone === 'warning' && 'font-medium text-warning-text',
        className,
      )}
    >
      {tone && <Shape tone={tone} size={8} className="mr-1" />}
      {shown.value}
      {shown.unit && <span className="ml-0.5 text-[0.85em] text-dim">{shown.unit}</span>}
      {hasInterval && <span className="ml-1 text-[0.85em] text-dim">({interval(low, high, unit)})</span>}
    </span>
  )
}
