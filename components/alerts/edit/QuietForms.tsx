import { Button } from '@/components/ui/button.tsx'
import { Field, Input, Select } from '@/components/ui/field.tsx'
import { type Value, withKey } from './draft.ts'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const EXCEPTIONS = [
  { value: '', label: 'nothing' },
  { value: 'critical', label: 'critical findings' },
]

/** The quiet hours of a route. */
export function QuietForms({ windows, onChange }: { windows: readonly Value[]; onChange: (windows: Value[]) => void }) {
  const set = (place: number, key: string, next: unknown) =>
    onChange(windows.map((one, index) => (index === place ? withKey(one, key, next) : one)))
  return (
    <div className="flex flex-col gap-2">
      {windows.map((hours, place) => {
        const days = (hours.days ?? DAYS) as string[]
        const but = hours.but as Record<string, string> | undefined
        const isKnown = but === undefined || (Object.keys(but).length === 1 && but.severity === 'critical')
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: windows have no name.
          <fieldset key={place} className="flex flex-wrap items-end gap-3 border-line border-t pt-2">
            <legend className="float-left w-full font-medium text-sm">Quiet hours {place + 1}</legend>
            <div className="flex flex-wrap gap-2 text-sm">
              {DAYS.map((day) => (
                <label key={day} className="flex items-center gap-1 max-sm:min-h-9">
                  <input
                    type="checkbox"
                    checked={days.includes(day)}
                    onChange={(event) =>
                      set(
                        place,
                        'days',
                        DAYS.filter((one) => (one === day ? event.target.checked : days.includes(one))),
                      )
                    }
                  />
                  {day}
                </label>
              ))}
            </div>
            {(['from', 'to'] as const).map((key) => (
              <Field key={key} label={key === 'from' ? 'From' : 'To'}>
                {(props) => (
                  <Input
                    {...props}
                    className="w-20"
                    placeholder={key === 'from' ? '00:00' : '24:00'}
                    value={String(hours[key] ?? '')}
                    onChange={(event) => set(place, key, event.target.value || undefined)}
                  />
                )}
              </Field>
            ))}
            <Field label="Zone">
              {(props) => (
                <Input
                  {...props}
                  className="w-40"
                  placeholder="UTC"
                  value={String(hours.zone ?? '')}
                  onChange={(event) => set(place, 'zone', event.target.value || undefined)}
                />
              )}
            </Field>
            <Field label="But tells">
              {(props) => (
                <Select
                  {...props}
                  options={isKnown ? EXCEPTIONS : [...EXCEPTIONS, { value: 'own', label: 'as the file has it' }]}
                  value={!isKnown ? 'own' : but ? 'critical' : ''}
                  onChange={(event) =>
                    event.target.value !== 'own' && set(place, 'but', event.target.value ? { severity: event.target.value } : undefined)
                  }
                />
              )}
            </Field>
            <Button onClick={() => onChange(windows.filter((_, index) => index !== place))} aria-label={`Remove quiet hours ${place + 1}`}>
              Remove
            </Button>
          </fieldset>
        )
      })}
      <div>
        <Button
          look="ghost"
          onClick={() => onChange([...windows, { from: '22:00', to: '07:00', zone: Intl.DateTimeFormat().resolvedOptions().timeZone }])}
        >
          Add quiet hours
        </Button>
      </div>
    </div>
  )
}
