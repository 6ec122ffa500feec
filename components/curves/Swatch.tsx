import { safe } from '@/lib/format/format.ts'

/** Of the first curve and of the one beside it. */
export const CURVE_COLOURS = ['var(--series-1)', 'var(--series-2)'] as const

/** A name with the line that draws its curve. */
export const Swatch = ({ at, children }: { at: number; children: string }) => (
  <span className="flex items-center gap-2">
    <svg aria-hidden="true" width="16" height="4" className="shrink-0">
      <path d="M0 2h16" stroke={CURVE_COLOURS[at]} strokeWidth="2" strokeDasharray={at > 0 ? '5 3' : undefined} />
    </svg>
    {children}
  </span>
)

/** Which curve is which. */
export function CurveLegend({ names }: { names: string[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 pl-[52px] text-dim text-xs max-sm:pl-0">
      {names.map((name, at) => (
        <li key={name} className="min-w-0 [overflow-wrap:anywhere]">
          <Swatch at={at}>{safe(name, 120)}</Swatch>
        </li>
      ))}
      <li>the band holds 95 of 100 real servers</li>
    </ul>
  )
}
