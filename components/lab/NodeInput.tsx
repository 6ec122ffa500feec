import { useState } from 'react'
import { cn } from '@/components/ui/cn.ts'
import { Input } from '@/components/ui/field.tsx'
import { safe } from '@/lib/format/format.ts'
import type { NodeField } from '@/lib/lab/fields.ts'
import { readSlots, slotsText } from '@/lib/lab/slots.ts'
import type { RingNode } from '@/lib/model/ring.ts'

/** The column of each field: its head, from which width on it is shown, and how wide its input is. */
export const HEADS: Record<NodeField, { head: string; from?: string; width: string }> = {
  address: { head: 'Address', from: 'max-md:hidden', width: 'w-40' },
  label: { head: 'Hashed name', from: 'max-xl:hidden', width: 'w-28' },
  id: { head: 'Id', from: 'max-sm:hidden', width: 'w-20' },
  weight: { head: 'Weight', width: 'w-20 max-sm:w-16' },
  points: { head: 'Points', width: 'w-20 max-sm:w-16' },
  slots: { head: 'Slots', width: 'w-44 max-sm:w-28' },
}

type Props = {
  field: NodeField
  node: RingNode
  /** The node in the names of its inputs. */
  called: string
  set: (field: keyof RingNode, value: unknown) => void
  /** The attributes of an input whose value is refused. */
  wrong: object
}

/** The input of one field of a node: slots and texts as text, all else as numbers. */
export function NodeInput(props: Props) {
  const { field } = props
  if (field === 'slots') return <SlotsInput {...props} />
  return field === 'address' || field === 'label' ? <TextInput {...props} field={field} /> : <NumberInput {...props} field={field} />
}

function TextInput({ field, node, called, set, wrong }: Props & { field: 'address' | 'label' }) {
  return (
    <Input
      aria-label={`${field} of ${called}`}
      value={node[field] ?? ''}
      maxLength={300}
      placeholder={field === 'address' ? safe(node.name, 40) : 'none'}
      spellCheck={false}
      autoComplete="off"
      onChange={({ target }) => set(field, target.value === '' ? undefined : target.value)}
      className={cn(HEADS[field].width, 'font-mono text-xs')}
      {...wrong}
    />
  )
}

const PLACEHOLDER = { weight: '1', id: 'auto', points: '' }

function NumberInput({ field, node, called, set, wrong }: Props & { field: 'id' | 'weight' | 'points' }) {
  return (
    <Input
      type="number"
      inputMode="numeric"
      aria-label={`${field} of ${called}`}
      value={node[field] ?? ''}
      placeholder={PLACEHOLDER[field]}
      onChange={({ target }) => set(field, Number.isFinite(target.valueAsNumber) ? target.valueAsNumber : undefined)}
      className={cn(HEADS[field].width, 'text-right tabular')}
      {...wrong}
    />
  )
}

/** Ranges are text while they are typed, and slots once they can be read. */
function SlotsInput({ node, called, set, wrong }: Props) {
  const [typed, setTyped] = useState<string | null>(null)
  const unread = typed !== null && readSlots(typed) === null
  return (
    <Input
      aria-label={`slots of ${called}`}
      value={typed ?? slotsText(node.slots)}
      placeholder="0-5460 5462"
      onChange={({ target }) => {
        setTyped(target.value)
        const slots = readSlots(target.value)
        if (slots) set('slots', slots.length > 0 ? slots : undefined)
      }}
      onBlur={() => setTyped(null)}
      className={cn(HEADS.slots.width, 'font-mono text-xs')}
      {...wrong}
      {...(unread && { 'aria-invalid': true })}
    />
  )
}
