import { Field, Input } from '@/components/ui/field.tsx'
import type { LabTraffic } from '@/lib/lab/state.ts'

const FIELDS = [
  { name: 'reads', label: 'Reads a second', scale: 1, most: 1e9 },
  { name: 'hits', label: 'Hit ratio, %', scale: 100, most: 1 },
  { name: 'items', label: 'Keys held', scale: 1, most: 1e12 },
] as const

/** Inputs for the traffic of a described ring: without it the cold misses of a move are unknown. */
export function TrafficFields({ traffic, onChange }: { traffic: LabTraffic; onChange: (traffic: LabTraffic) => void }) {
  const set = (name: keyof LabTraffic, value: number, most: number) => {
    const { [name]: _, ...rest } = traffic
    onChange(Number.isFinite(value) ? { ...rest, [name]: Math.min(most, Math.max(0, value)) } : rest)
  }
  return FIELDS.map(({ name, label, scale, most }) => (
    <Field key={name} label={label} help="for cold misses">
      {(props) => (
        <Input
          {...props}
          type="number"
          min={0}
          step="any"
          placeholder="unknown"
          value={traffic[name] === undefined ? '' : Math.round(traffic[name] * scale * 1e6) / 1e6}
          onChange={({ target }) => set(name, target.valueAsNumber / scale, most)}
          className="w-28 text-right tabular"
        />
      )}
    </Field>
  ))
}
