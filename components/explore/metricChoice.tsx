import { Badge } from '@/components/ui/badge.tsx'
import { Empty } from '@/components/ui/empty.tsx'
import { Field, Input } from '@/components/ui/field.tsx'
import { safe } from '@/lib/format/format.ts'
import type { Catalog } from './Explore.tsx'
import { families } from './where.ts'

type FieldProps = { metrics: Catalog['items']; value: string; onChange: (metric: string) => void }

/** The name of a metric, completed from those that are there. */
export const MetricField = ({ metrics, value, onChange }: FieldProps) => (
  <Field label="Metric">
    {(props) => (
      <>
        <Input
          {...props}
          list="metrics"
          value={value}
          onChange={({ target }) => onChange(target.value)}
          placeholder="cache_hits_total"
          className="w-80 max-w-full font-mono text-xs"
          autoComplete="off"
          spellCheck={false}
        />
        <datalist id="metrics">
          {metrics.map((one) => (
            <option key={one.metric} value={one.metric} />
          ))}
        </datalist>
      </>
    )}
  </Field>
)

type ListProps = { metrics: Catalog['items']; typed: string; onPick: (metric: string) => void }

/** The metrics that have what was typed in their name, or all where none has, by family. */
export const MetricList = ({ metrics, typed, onPick }: ListProps) => (
  <div className="px-4">
    <p className="pb-3 text-dim">{typed ? 'Nothing has exactly that name in the last minutes. There are:' : 'Type a name, or pick one:'}</p>
    {metrics.length === 0 && <Empty title="Nothing has been measured yet">Series stand here with the first answer of a target.</Empty>}
    {families(metrics, typed).map(([family, list]) => (
      <section key={family} className="pb-4">
        <h2 className="pb-1.5 text-dim text-sm">{family}</h2>
        <ul className="flex flex-wrap gap-2">
          {list.map((one) => (
            <li key={one.metric}>
              <button
                type="button"
                onClick={() => onPick(one.metric)}
                className="flex items-center gap-2 rounded border border-line px-2 py-1 font-mono text-xs hover:bg-hover"
              >
                {safe(one.metric, 80)}
                <Badge>{one.labels.length}</Badge>
              </button>
            </li>
          ))}
        </ul>
      </section>
    ))}
  </div>
)
