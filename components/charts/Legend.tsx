import { cn } from '@/components/ui/cn.ts'
import { safe } from '@/lib/format/format.ts'
import type { DrawnSeries } from './chart.ts'

type Props = { series: readonly DrawnSeries[]; alone: string | null; onAlone: (name: string | null) => void }

/** The names of the lines; a press shows one alone, another all of them. */
export function Legend({ series, alone, onAlone }: Props) {
  return (
    <ul className="flex flex-wrap gap-x-3 pl-12 text-xs max-sm:pl-0">
      {series.map((one) => (
        <li key={one.id}>
          <button
            type="button"
            aria-pressed={alone === one.name}
            onClick={() => onAlone(alone === one.name ? null : one.name)}
            className={cn('flex min-h-[24px] items-center gap-1.5 text-dim hover:text-text', alone && alone !== one.name && 'opacity-50')}
          >
            <svg aria-hidden="true" width="12" height="4">
              <path d="M0 2h12" stroke={one.colour} strokeWidth="2" strokeDasharray={one.dashed ? '3 2' : undefined} />
            </svg>
            {safe(one.name, 60)}
          </button>
        </li>
      ))}
    </ul>
  )
}
