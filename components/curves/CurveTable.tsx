import { duration, safe, text } from '@/lib/format/format.ts'
import { type CurvePoint, sizeOf } from './question.ts'
import type { SizeUnit } from './size.ts'

type Named = { name: string; points: readonly CurvePoint[] }

/** The points of the curves as a table, behind a disclosure. */
export function CurveTable({ curves, by }: { curves: readonly Named[]; by: SizeUnit }) {
  const sizes = curves[0]?.points ?? []
  if (sizes.length === 0) return null
  return (
    <details className="text-sm">
      <summary className="w-fit cursor-pointer py-1 text-dim hover:text-text">The points as a table</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div tabIndex={0} className="mt-1 max-h-80 overflow-auto rounded border border-line">
        <table aria-label="Points of the curve" className="w-full text-xs">
          <thead className="sticky top-0 bg-surface text-dim">
            <tr>
              <th scope="col" className="px-2 py-1 text-left font-normal">
                {by === 'bytes' ? 'Memory limit' : 'Keys'}
              </th>
              {curves.map(({ name }) => (
                <th key={name} scope="col" className="px-2 py-1 text-right font-normal">
                  {safe(name, 60)}
                </th>
              ))}
              <th scope="col" className="px-2 py-1 text-right font-normal">
                Misses
              </th>
              <th scope="col" className="px-2 py-1 text-right font-normal">
                Age, p95
              </th>
            </tr>
          </thead>
          <tbody>
            {sizes.map((point, row) => (
              <tr key={sizeOf(point, by)} className="border-line border-t">
                <th scope="row" className="whitespace-nowrap px-2 py-0.5 text-left font-normal tabular">
                  {text(sizeOf(point, by), by === 'bytes' ? 'bytes' : 'count')}
                </th>
                {curves.map(({ name, points }) => (
                  <td key={name} className="num px-2 py-0.5">
                    <Ratio point={points[row]} />
                  </td>
                ))}
                <td className="num px-2 py-0.5 text-dim">{text(point.fills, 'count')}</td>
                <td className="num px-2 py-0.5 text-dim">{point.age ? duration(point.age.p95) : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

const Ratio = ({ point }: { point: CurvePoint | undefined }) =>
  point ? (
    <>
      {text(point.hitRatio, 'ratio')}
      <span className="text-dim">
        {' '}
        ({(point.low * 100).toFixed(1)} to {(point.high * 100).toFixed(1)})
      </span>
    </>
  ) : (
    '–'
  )
