import { useState } from 'react'
import { errorText } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { cn } from '@/components/ui/cn.ts'
import { Field, Input, inputLook } from '@/components/ui/field.tsx'
import { safe } from '@/lib/format/format.ts'
import { conditionsText, type Item, moved, type Value, withConditions, withKey } from './draft.ts'
import { InhibitForms } from './InhibitForms.tsx'
import { QuietForms } from './QuietForms.tsx'

type Props = { items: readonly Item[]; receivers: readonly string[]; onChange: (items: Item[]) => void }

/** Every route as a form, in the order in which they are asked. */
export function RouteForms({ items, receivers, onChange }: Props) {
  const [added, setAdded] = useState(0)
  const add = () => {
    setAdded(added + 1)
    onChange([...items, { id: `new${added}`, was: null, value: { match: {}, to: [] } }])
  }
  return (
    <div className="flex flex-col gap-4 py-3">
      {items.map((item, place) => (
        <section key={item.id} aria-label={`Route ${place + 1}`} className="flex flex-col gap-3 rounded border border-line bg-raised p-3">
          <div className="flex flex-wrap items-center justify-between gap-2">
            <h3 className="font-medium text-sm">Route {place + 1}</h3>
            <div className="flex gap-2">
              <Button
                disabledBecause={place === 0 && 'It is asked first.'}
                onClick={() => onChange(moved(items, place, place - 1))}
                aria-label={`Move route ${place + 1} up`}
              >
                Up
              </Button>
              <Button
                disabledBecause={place === items.length - 1 && 'It is asked last.'}
                onClick={() => onChange(moved(items, place, place + 1))}
                aria-label={`Move route ${place + 1} down`}
              >
                Down
              </Button>
              <Button
                look="danger"
                onClick={() => onChange(items.filter((one) => one.id !== item.id))}
                aria-label={`Remove route ${place + 1}`}
              >
                Remove
              </Button>
            </div>
          </div>
          <RouteForm
            value={item.value}
            receivers={receivers}
            onChange={(value) => onChange(items.map((one) => (one.id === item.id ? { ...one, value } : one)))}
          />
        </section>
      ))}
      <div>
        <Button onClick={add}>Add a route</Button>
      </div>
    </div>
  )
}

const TEXTS = [
  { key: 'wait', label: 'Wait', standard: '10s', help: 'How long each notice is held back.' },
  { key: 'repeat', label: 'Repeat', standard: '4h', help: 'What still fires is sent again after this.' },
  { key: 'limit', label: 'Limit', standard: 'none', help: 'At most so many notices: 20/h, 5/m.' },
]

function RouteForm({ value, receivers, onChange }: { value: Value; receivers: readonly string[]; onChange: (value: Value) => void }) {
  const [text, setText] = useState(() => conditionsText(value))
  const [wrong, setWrong] = useState('')
  const to = (value.to ?? []) as string[]
  const group = (value.group ?? ['target']) as string[]
  const [groups, setGroups] = useState(() => group.join(', '))
  const writeText = (next: string) => {
    setText(next)
    try {
      onChange(withConditions(value, next))
      setWrong('')
    } catch (error) {
      setWrong(errorText(error))
    }
  }
  return (
    <>
      <Field
        label="Takes"
        wrong={wrong}
        help="One condition a line, all of which must hold: severity=&quot;critical&quot;, target=~&quot;cache-.*&quot;. None: everything but info."
      >
        {(props) => (
          <textarea
            {...props}
            rows={Math.max(2, text.split('\n').length)}
            spellCheck={false}
            className={cn(inputLook, 'h-auto py-1 font-mono text-xs max-sm:h-auto')}
            value={text}
            onChange={(event) => writeText(event.target.value)}
          />
        )}
      </Field>
      <fieldset className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
        <legend className="font-medium">Tells</legend>
        {[...new Set([...receivers, ...to])].map((name) => (
          <label key={name} className="flex items-center gap-1.5 max-sm:min-h-9">
            <input
              type="checkbox"
              checked={to.includes(name)}
              onChange={(event) => onChange(withKey(value, 'to', event.target.checked ? [...to, name] : to.filter((one) => one !== name)))}
            />
            {safe(name, 60)}
          </label>
        ))}
        <label className="flex items-center gap-1.5 max-sm:min-h-9">
          <input
            type="checkbox"
            checked={value.continue === true}
            onChange={(event) => onChange(withKey(value, 'continue', event.target.checked ? true : undefined))}
          />
          and asks the routes below too
        </label>
      </fieldset>
      <div className="grid gap-3 sm:grid-cols-4">
        <Field label="Group by" help="Labels; none: all in one notice.">
          {(props) => (
            <Input
              {...props}
              value={groups}
              onChange={(event) => {
                setGroups(event.target.value)
                onChange(withKey(value, 'group', event.target.value.split(',').map((one) => one.trim()).filter(Boolean))) // biome-ignore format: one line
              }}
            />
          )}
        </Field>
        {TEXTS.map(({ key, label, standard, help }) => (
          <Field key={key} label={label} help={help}>
            {(props) => (
              <Input
                {...props}
                placeholder={standard}
                value={String(value[key] ?? '')}
                onChange={(event) => onChange(withKey(value, key, event.target.value || undefined))}
              />
            )}
          </Field>
        ))}
      </div>
      <QuietForms
        windows={(value.quiet ?? []) as Value[]}
        onChange={(quiet) => onChange(withKey(value, 'quiet', quiet.length > 0 ? quiet : undefined))}
      />
      <InhibitForms
        inhibitions={(value.inhibit ?? []) as Value[]}
        onChange={(inhibit) => onChange(withKey(value, 'inhibit', inhibit.length > 0 ? inhibit : undefined))}
      />
      <label className="flex items-center gap-1.5 text-sm max-sm:min-h-9">
        <input
          type="checkbox"
          checked={value.followers === 'tell'}
          onChange={(event) => onChange(withKey(value, 'followers', event.target.checked ? 'tell' : undefined))}
        />
        Tells at once too what follows from a target that is down
      </label>
    </>
  )
}
