import { RingCircle } from '@/components/rings/RingCircle.tsx'
import { text } from '@/lib/format/format.ts'
import type { Compared } from '@/lib/lab/compute.ts'
import type { BenchState } from './useBench.ts'

/** The hash circle of the ring, as it is and as it would be, with its imbalance. `lit`: the node that is pointed at. */
export function BenchCircle({ bench, lit }: { bench: BenchState; lit: string | null }) {
  const { compared, circles, fine, busy, source } = bench
  const changed = bench.changed && fine
  return (
    <div className={`flex flex-col items-center gap-2 ${busy ? 'opacity-60' : ''}`} aria-busy={busy}>
      {compared && circles ? (
        <RingCircle
          now={circles.before}
          then={changed ? circles.after : undefined}
          label={`${compared.seenBefore ? `of the ${source.unit}` : 'of the keys'}${changed ? ', then' : ''}`}
          factor={changed ? compared.imbalanceAfter : compared.imbalanceBefore}
          lit={lit}
        />
      ) : (
        <div className="flex size-65 items-center justify-center rounded-full border border-line border-dashed text-dim text-sm">
          {busy ? 'computing' : 'no ring yet'}
        </div>
      )}
      {changed && <p className="text-dim text-xs">outside as it is, inside as it would be</p>}
      {compared && <Imbalance compared={compared} changed={changed} unit={source.unit} />}
    </div>
  )
}

/** max over mean, of the keys and of the traffic, now and then. */
function Imbalance({ compared, changed, unit }: { compared: Compared; changed: boolean; unit: string }) {
  const rows = [
    ['of the keys', compared.imbalanceOwnedBefore, compared.imbalanceOwnedAfter],
    ...(compared.seenBefore ? [[`of the ${unit}`, compared.imbalanceBefore, compared.imbalanceAfter] as const] : []),
  ] as const
  return (
    <dl className="grid grid-cols-[auto_auto] gap-x-3 text-sm">
      {rows.map(([label, before, then]) => (
        <div key={label} className="contents">
          <dt className="text-dim">max over mean {label}</dt>
          <dd className="num">
            {changed && <span className="text-dim">{text(before, 'factor')} → </span>}
            {text(changed ? then : before, 'factor')}
          </dd>
        </div>
      ))}
    </dl>
  )
}
