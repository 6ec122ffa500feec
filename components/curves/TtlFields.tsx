import type { ReactNode } from 'react'
import { Field } from '@/components/ui/field.tsx'
import type { Ttl } from '@/lib/curves/question.ts'
import { duration } from '@/lib/format/format.ts'
import { durationText, parseDuration } from '@/lib/model/duration.ts'
import { TextField } from './TextField.tsx'
import { isTtl, TTL_STEPS, ttlStep } from './ttl.ts'

type Props = {
  ttl: Required<Ttl>
  onChange: (ttl: Required<Ttl>) => void
  /** A label, which says of which cache or keys it is where several stand beside one another. */
  named: (label: string) => ReactNode
  /** The same in a text. */
  ofWhat: string
}

/** The fields of a TTL: its length by slider or as text, its jitter, and whether reads renew it. */
export function TtlFields({ ttl, onChange, named, ofWhat }: Props) {
  return (
    <div className="grid grid-cols-2 gap-x-3 gap-y-2">
      <div>
        <TextField
          label={named('Length')}
          help={duration(ttl.ms)}
          value={durationText(ttl.ms)}
          read={(text) => {
            const ms = parseDuration(text)
            return ms !== null && isTtl(ms) ? { value: ms } : null
          }}
          wrong="90s, 10m, 1h; at most 30d"
          onChange={(ms) => onChange({ ...ttl, ms })}
        />
        <input
          type="range"
          aria-label={`Length${ofWhat}`}
          min={0}
          max={TTL_STEPS.length - 1}
          step={1}
          value={ttlStep(ttl.ms)}
          aria-valuetext={duration(ttl.ms)}
          onChange={({ target }) => onChange({ ...ttl, ms: TTL_STEPS[target.valueAsNumber]! })}
          className="block h-6 w-full accent-accent max-sm:h-10"
        />
      </div>
      <Field label={named('Jitter')} help={jitterHelp(ttl)}>
        {(props) => (
          <span className="flex h-8 items-center gap-2 max-sm:h-10">
            <input
              {...props}
              type="range"
              min={0}
              max={50}
              step={5}
              value={Math.round(ttl.jitter * 100)}
              aria-valuetext={`${Math.round(ttl.jitter * 100)} %`}
              onChange={({ target }) => onChange({ ...ttl, jitter: target.valueAsNumber / 100 })}
              className="h-6 min-w-0 flex-1 accent-accent"
            />
            <span className="w-10 text-right text-sm tabular">{Math.round(ttl.jitter * 100)} %</span>
          </span>
        )}
      </Field>
      <label className="col-span-2 flex min-h-8 items-center gap-2 text-sm">
        <input
          type="checkbox"
          checked={ttl.refreshOnRead}
          onChange={({ target }) => onChange({ ...ttl, refreshOnRead: target.checked })}
          className="size-4 accent-accent"
        />
        {named('Each read gives the TTL anew')}
      </label>
    </div>
  )
}

const jitterHelp = ({ ms, jitter }: Required<Ttl>) =>
  jitter === 0 ? 'all alike: they end together' : `${duration(ms * (1 - jitter))} to ${duration(ms * (1 + jitter))}`
