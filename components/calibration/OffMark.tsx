/** Widths of the band that are drawn on each side. */
const SHOWN = 3
const [WIDTH, HEIGHT] = [120, 14]

const x = (off: number) => WIDTH / 2 + (Math.max(-SHOWN, Math.min(SHOWN, off)) / SHOWN) * (WIDTH / 2 - 4)

/** Where a measured value lies beside its band: the band in the middle, the prediction as its line, the measurement as a dot. */
export function OffMark({ off, inside }: { off: number; inside: boolean }) {
  const words = inside ? 'inside of its band' : `outside, at ${Math.abs(off).toFixed(1)} widths of the band`
  return (
    <svg width={WIDTH} height={HEIGHT} role="img" aria-label={words} className="overflow-visible">
      <title>{words}</title>
      <line x1={0} x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} className="stroke-line-strong" />
      <rect x={x(-1)} width={x(1) - x(-1)} y={2} height={HEIGHT - 4} className="fill-change/25" />
      <line x1={x(0)} x2={x(0)} y1={1} y2={HEIGHT - 1} className="stroke-change" />
      <circle cx={x(off)} cy={HEIGHT / 2} r={3.5} className={inside ? 'fill-text' : 'fill-warning'} />
    </svg>
  )
}
