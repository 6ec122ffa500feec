import { safe, text, type Unit } from '@/lib/format/format.ts'
import { momentText } from './axisText.ts'
import type { ChartRow } from './geometry.ts'

type Props = { rows: ChartRow[]; columns: { id: string; name: string }[]; unit: Unit; title: string; height: number }

/** A chart read as a table, newest first. */
export function DataTable({ rows, columns, unit, title, height }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div style={{ height }} className="overflow-auto rounded border border-line" tabIndex={0}>
      <table aria-label={title} className="w-full text-xs">
        <thead className="sticky top-0 bg-surface text-dim">
          <tr>
            <th scope="col" className="px-2 py-1 text-left font-normal">
              Time
            </th>
            {columns.map((column) => (
              <th key={column.id} scope="col" className="px-2 py-1 text-right font-normal">
                {safe(column.name, 60)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map((row) => (
            <tr key={row.t} className="border-line border-t">
              <th scope="row" className="whitespace-nowrap px-2 py-0.5 text-left font-normal text-dim tabular">
                {momentText(row.t)}
              </th>
              {columns.map(({ id }) => {
                const value = row[id] ?? null
                return (
                  <td key={id} className="num px-2 py-0.5">
                    {value === null ? '–' : text(value, unit)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
