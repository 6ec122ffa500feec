import { sparkPath } from './geometry.ts'

type Props = {
  points: readonly (number | null)[]
  /** Drawn as a dashed line; the axis always includes it. */
  threshold?: number
  width?: number
  height?: number
  /** What it shows, for screen readers: "response time of app3, 10 minutes". */
  label: string
  colour?: string
  /** The axis begins at the least value instead of zero. */
  tight?: boolean
}

/** A line without axes, for rows and cells. Plain SVG: drawn by the server too. */
export function Sparkline({ points, threshold, width = 120, height = 28, label, colour = 'var(--text)', tight }: Props) {
  const values = points.filter((value): value is number => value !== null && Number.isFinite(value))
  if (values.length === 0)
    return (
      <svg role="img" aria-label={`${label}: nothing measured`} width={width} height={height} className="shrink-0">
        <path d={`M0 ${height - 1}H${width}`} stroke="var(--line-strong)" strokeDasharray="1 3" />
      </svg>
    )
  const all = threshold === undefined ? values : [...values, threshold]
  const low = tight ? Math.min(...all) : Math.min(0, ...all)
  const high = Math.max(...all) || 1
  const inner = height - 4
  const yOf = (value: number) => 2 + inner - ((value - low) / (high - low || 1)) * inner
  const lastIndex = points.findLastIndex((value) => value !== null)
  const last = points[lastIndex]
  return (
    <svg
      role="img"
      aria-label={label}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      className="shrink-0 overflow-visible"
    >
      {threshold !== undefined && (
        <path d={`M0 ${yOf(threshold).toFixed(2)}H${width}`} stroke="var(--dim)" strokeWidth="1" strokeDasharray="3 3" fill="none" />
      )}
      <path
        d={sparkPath(points, width, inner, low, high)}
        transform="translate(0 2)"
        fill="none"
        stroke={colour}
        strokeWidth="1.25"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      {last !== null && last !== undefined && (
        <circle cx={points.length < 2 ? width / 2 : (lastIndex / (points.length - 1)) * width} cy={yOf(last)} r="2" fill={colour} />
      )}
    </svg>
  )
}
