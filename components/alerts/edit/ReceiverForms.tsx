import { useState } from 'react'
import { Button } from '@/components/ui/button.tsx'
import { Field, Input, Select } from '@/components/ui/field.tsx'
import { safe } from '@/lib/format/format.ts'
import { ChannelForm, type ChannelSchema } from './ChannelForm.tsx'
import { type Item, type Value, withKey } from './draft.ts'

type Props = {
  items: readonly Item[]
  channels: Record<string, ChannelSchema>
  onChange: (items: Item[]) => void
  /** Sends a test over a receiver as it stands in the form. */
  onTest: (name: string) => void
  testing: string | null
}

/** Every receiver as a form. */
export function ReceiverForms({ items, channels, onChange, onTest, testing }: Props) {
  const [added, setAdded] = useState(0)
  const add = () => {
    setAdded(added + 1)
    onChange([...items, { id: `new${added}`, was: null, value: { name: '' } }])
  }
  return (
    <div className="flex flex-col gap-4 py-3">
      {items.map((item) => (
        <ReceiverForm
          key={item.id}
          value={item.value}
          channels={channels}
          onChange={(value) => onChange(items.map((one) => (one.id === item.id ? { ...one, value } : one)))}
          onRemove={() => onChange(items.filter((one) => one.id !== item.id))}
          onTest={() => onTest(nameOf(item.value))}
          isTesting={testing === nameOf(item.value)}
        />
      ))}
      <div>
        <Button onClick={add}>Add a receiver</Button>
      </div>
    </div>
  )
}

const nameOf = ({ name }: Value): string => String(name ?? '')

type OneProps = {
  value: Value
  channels: Record<string, ChannelSchema>
  onChange: (value: Value) => void
  onRemove: () => void
  onTest: () => void
  isTesting: boolean
}

function ReceiverForm({ value, channels, onChange, onRemove, onTest, isTesting }: OneProps) {
  const name = nameOf(value)
  const shown = safe(name, 60) || 'the new receiver'
  const kinds = Object.keys(channels)
  const own = kinds.filter((kind) => kind in value)
  const others = kinds.filter((kind) => !own.includes(kind))
  return (
    <section aria-label={`Receiver ${shown}`} className="flex flex-col gap-2 rounded border border-line bg-raised p-3">
      <div className="flex flex-wrap items-end justify-between gap-2">
        <Field label="Name">
          {(props) => (
            <Input {...props} value={name} maxLength={100} onChange={(event) => onChange(withKey(value, 'name', event.target.value))} />
          )}
        </Field>
        <div className="flex flex-wrap items-center gap-2">
          <Select
            aria-label={`Add a channel to ${shown}`}
            options={[{ value: '', label: 'Add a channel…' }, ...others]}
            value=""
            onChange={(event) => event.target.value && onChange(withKey(value, event.target.value, {}))}
          />
          <Button
            onClick={onTest}
            busy={isTesting}
            disabledBecause={own.length === 0 && 'It has no channel yet.'}
            aria-label={`Send a test to ${shown}`}
          >
            Send a test
          </Button>
          <Button look="danger" onClick={onRemove} aria-label={`Remove ${shown}`}>
            Remove
          </Button>
        </div>
      </div>
      {own.map((kind) => (
        <ChannelForm
          key={kind}
          kind={kind}
          schema={channels[kind]!}
          value={(value[kind] ?? {}) as Value}
          onChange={(channel) => onChange(withKey(value, kind, channel))}
          onRemove={() => onChange(withKey(value, kind, undefined))}
        />
      ))}
    </section>
  )
}
