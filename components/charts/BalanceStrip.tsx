import { text } from '@/lib/format/format.ts'
import { type BalancePart, balanceOf } from './geometry.ts'

type Props = {
  parts: readonly BalancePart[]
  width?: number
  /** Segments' thickness, px. */
  thick?: number
  /** Leave the factor out where it stands in a column of its own. */
  bare?: boolean
  /** What is balanced, for screen readers. */
  label?: string
}

/**
 * The mark of Evenkeel: one segment a server, as wide as its share seen, ticks where its share expected ends; level when they meet,
 * leaning to the heavy side when they do not, with max over mean beside it.
 */
export function BalanceStrip({ parts, width = 132, thick = 6, bare, label = 'Balance' }: Props) {
  const { segments, ticks, factor, tilt } = balanceOf(parts)
  const height = thick + 14
  const middle = height / 2
  const rise = tilt * 5
  const angle = (Math.atan2(rise * 2, width) * 180) / Math.PI
  const words = segments
    .map(
      (part) => `${part.name} ${text(part.seen, 'ratio')}${part.expected === null ? '' : ` of ${text(part.expected, 'ratio')} expected`}`,
    )
    .join(', ')
  const shown = `${label}: ${factor === null ? 'nothing seen yet' : `${text(factor, 'factor')}, ${tilt === 0 ? 'level' : 'uneven'}`}. ${words}`
  const gap = segments.length > 24 ? 0 : 1
  return (
    <span className="inline-flex max-w-full items-center gap-2 align-middle">
      <svg
        role="img"
        aria-label={shown}
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        className="min-w-0 shrink overflow-visible"
      >
        <title>{shown}</title>
        <g transform={`rotate(${angle.toFixed(2)} ${width / 2} ${middle})`}>
          {segments.map((part, at) => (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: names may repeat
              key={at}
              x={part.from * width + (at ? gap / 2 : 0)}
              y={middle - thick / 2}
              width={Math.max(0.5, (part.to - part.from) * width - gap)}
              height={thick}
              rx={1}
              fill={part.over ? 'var(--warning)' : 'var(--dim)'}
              opacity={factor === null ? 0.3 : part.over ? 1 : at % 2 ? 0.5 : 0.75}
            />
          ))}
          {ticks.map((at, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: ticks have no names
            <path key={i} d={`M${at * width} ${middle - thick / 2 - 3}v${thick + 6}`} stroke="var(--text)" strokeWidth="1" />
          ))}
        </g>
      </svg>
      {!bare && (
        <span className={`w-11 shrink-0 text-right text-xs tabular ${tilt === 0 ? 'text-dim' : 'font-medium text-warning-text'}`}>
          {factor === null ? '–' : text(factor, 'factor')}
        </span>
      )}
    </span>
  )
}
