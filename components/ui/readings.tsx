import type { Unit } from '@/lib/format/format.ts'
import { Figure } from './figure.tsx'

export type Reading = { label: string; value: number | null; unit: Unit; because?: string }

/** The few numbers at the head of a page that say how its noun is doing. */
export function Readings({ readings }: { readings: readonly Reading[] }) {
  return (
    <dl className="flex items-end gap-6 text-right max-sm:w-full max-sm:justify-between max-sm:gap-4 max-sm:text-left">
      {readings.map(({ label, value, unit, because }) => (
        <div key={label}>
          <dt className="text-dim text-xs">{label}</dt>
          <dd className="text-lg">
            <Figure value={value} unit={unit} because={because} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
