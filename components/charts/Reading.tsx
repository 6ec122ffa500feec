import { safe, text, type Unit } from '@/lib/format/format.ts'
import { momentText } from './axisText.ts'
import type { DrawnSeries } from './chart.ts'
import type { ChartRow } from './geometry.ts'

const MOST = 12

/** The values of one moment, greatest first. */
function readingOf(row: ChartRow, series: readonly DrawnSeries[]): { one: DrawnSeries; value: number | null }[] {
  return series
    .map((one) => ({ one, value: row[one.id] ?? null }))
    .sort((a, b) => (b.value ?? Number.NEGATIVE_INFINITY) - (a.value ?? Number.NEGATIVE_INFINITY))
    .slice(0, MOST)
}

/** The same in words, for screen readers. */
export const readingText = (row: ChartRow, series: readonly DrawnSeries[], unit: Unit) =>
  `${momentText(row.t)}: ${readingOf(row, series)
    .map(({ one, value }) => `${safe(one.name, 60)} ${value === null ? 'gap' : text(value, unit)}`)
    .join(', ')}`

/** The box with the values under the crosshair. */
export function Reading({ row, series, unit }: { row: ChartRow; series: readonly DrawnSeries[]; unit: Unit }) {
  return (
    <div className="min-w-36 rounded bg-raised px-2.5 py-1.5 text-xs shadow-float">
      <p className="text-dim tabular">{momentText(row.t)}</p>
      <table className="w-full">
        <tbody>
          {readingOf(row, series).map(({ one, value }) => (
            <tr key={one.id}>
              <th scope="row" className="max-w-52 truncate pr-3 text-left font-normal">
                <span aria-hidden className="mr-1.5 inline-block h-0.5 w-2.5 align-middle" style={{ background: one.colour }} />
                {safe(one.name, 60)}
              </th>
              <td className="num">{value === null ? 'gap' : text(value, unit)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
