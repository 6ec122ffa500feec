import { cn } from './cn.ts'

type Props = { label: string; part: number | null; look?: 'change' | 'critical'; className?: string }

/** A progress bar. `part`: 0 to 1; null where it is not known how much there is to do. */
export function Progress({ label, part, look = 'change', className = 'h-1.5 bg-line' }: Props) {
  return (
    // The time that is left goes on between the server's page and the browser's.
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(part !== null && { 'aria-valuenow': Math.round(part * 100) })}
      className={cn('overflow-hidden rounded-full', className)}
      suppressHydrationWarning
    >
      <div
        className={cn('h-full', look === 'critical' ? 'bg-critical' : 'bg-change')}
        style={{ width: `${(part ?? 0) * 100}%` }}
        suppressHydrationWarning
      />
    </div>
  )
}
