import { useState } from 'react'
import { errorText } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { Field, Input } from '@/components/ui/field.tsx'
import { labelsOf, labelsText, type Value, withKey } from './draft.ts'

/** The inhibitions of a route: what is not told while something else fires. */
export function InhibitForms({ inhibitions, onChange }: { inhibitions: readonly Value[]; onChange: (inhibitions: Value[]) => void }) {
  // Names of the forms: what is typed into one stays in it when another is removed.
  const [names, setNames] = useState(() => inhibitions.map((_, place) => place))
  const remove = (place: number) => {
    setNames(names.filter((_, index) => index !== place))
    onChange(inhibitions.filter((_, index) => index !== place))
  }
  const add = () => {
    setNames([...names, Math.max(-1, ...names) + 1])
    onChange([...inhibitions, { by: {}, equal: ['target'] }])
  }
  return (
    <div className="flex flex-col gap-2">
      {inhibitions.map((inhibition, place) => (
        <fieldset key={names[place] ?? place} className="flex flex-wrap items-end gap-3 border-line border-t pt-2">
          <legend className="float-left w-full font-medium text-sm">Inhibition {place + 1}</legend>
          <LabelsField
            label="While there fires"
            help='rule="cache/restart", severity="critical"'
            labels={inhibition.by}
            onChange={(by) => onChange(inhibitions.map((one, index) => (index === place ? withKey(one, 'by', by) : one)))}
          />
          <LabelsField
            label="is not told"
            help="Labels; none: all that this route takes."
            labels={inhibition.mute}
            onChange={(mute) => {
              const some = Object.keys(mute).length > 0
              onChange(inhibitions.map((one, index) => (index === place ? withKey(one, 'mute', some ? mute : undefined) : one)))
            }}
          />
          <EqualField
            equal={(inhibition.equal ?? []) as string[]}
            onChange={(equal) => onChange(inhibitions.map((one, index) => (index === place ? withKey(one, 'equal', equal.length > 0 ? equal : undefined) : one)))} // biome-ignore format: one line
          />
          <Button onClick={() => remove(place)} aria-label={`Remove inhibition ${place + 1}`}>
            Remove
          </Button>
        </fieldset>
      ))}
      <div>
        <Button look="ghost" onClick={add}>
          Add an inhibition
        </Button>
      </div>
    </div>
  )
}

type LabelsProps = { label: string; help: string; labels: unknown; onChange: (labels: Record<string, string>) => void }

function LabelsField({ label, help, labels, onChange }: LabelsProps) {
  const [text, setText] = useState(() => labelsText((labels ?? {}) as Record<string, string>))
  const [wrong, setWrong] = useState('')
  const write = (next: string) => {
    setText(next)
    try {
      onChange(labelsOf(next))
      setWrong('')
    } catch (error) {
      setWrong(errorText(error))
    }
  }
  return (
    <Field label={label} wrong={wrong} help={help}>
      {(props) => <Input {...props} className="w-64 font-mono text-xs" value={text} onChange={(event) => write(event.target.value)} />}
    </Field>
  )
}

function EqualField({ equal, onChange }: { equal: readonly string[]; onChange: (equal: string[]) => void }) {
  const [text, setText] = useState(() => equal.join(', '))
  const write = (next: string) => {
    setText(next)
    onChange(next.split(',').map((one) => one.trim()).filter(Boolean)) // biome-ignore format: one line
  }
  return (
    <Field label="of the same" help="Labels: target, pool.">
      {(props) => <Input {...props} className="w-40" value={text} onChange={(event) => write(event.target.value)} />}
    </Field>
  )
}
