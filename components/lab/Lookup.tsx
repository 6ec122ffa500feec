import { useState } from 'react'
import { Button } from '@/components/ui/button.tsx'
import { cn } from '@/components/ui/cn.ts'
import { Field, inputLook } from '@/components/ui/field.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { Compared, Place } from '@/lib/lab/compute.ts'
import { KEYS_MAX, keysOf } from '@/lib/lab/keys.ts'

const POPULAR = 20

type Found = Compared['found'][number]
const say = (place: Place) =>
  place === null ? (
    <span className="text-dim">nobody</span>
  ) : typeof place === 'string' ? (
    safe(place, 60)
  ) : (
    <span className="text-dim">
      <Sentence text={place.because} max={200} />
    </span>
  )
const stays = ({ before, after }: Found) => JSON.stringify(before) === JSON.stringify(after)

const COLUMNS: Column<Found>[] = [
  { id: 'key', head: 'Key', grow: true, cell: ({ key }) => <span className="font-mono text-xs">{safe(key, 120)}</span> },
  { id: 'before', head: 'Now on', cell: ({ before }) => say(before), className: 'min-w-28 max-sm:min-w-20 whitespace-normal!' },
  { id: 'after', head: 'Then on', cell: ({ after }) => say(after), className: 'min-w-28 max-sm:min-w-20 whitespace-normal!' },
  { id: 'moves', head: '', cell: (found) => !stays(found) && <Status tone="info">moves</Status> },
]

/** Keys that somebody asks about: who owns them now, and who then. Exact, as in the real program. */
export function Lookup({
  keys,
  onChange,
  found,
  changed,
  popular,
}: {
  keys: string[]
  onChange: (keys: string[]) => void
  found: Found[]
  changed: boolean
  /** Keys that are known to be read much. */
  popular: readonly string[]
}) {
  /** Counts what was put in by the button: the field has a text of its own. */
  const [filled, setFilled] = useState(0)
  const moves = found.filter((one) => !stays(one)).length
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <Field
        label="Keys, one a line"
        help={
          keys.length >= KEYS_MAX
            ? `The first ${KEYS_MAX} are looked up.`
            : keys.length === 0
              ? 'Whole keys, as the program hashes them.'
              : changed
                ? `${moves} of ${keys.length} move`
                : `${keys.length} looked up`
        }
      >
        {(props) => (
          <textarea
            key={filled}
            {...props}
            rows={4}
            spellCheck={false}
            // Lines that are still empty must stay while they are typed into.
            defaultValue={keys.join('\n')}
            onChange={({ target }) => onChange(keysOf(target.value))}
            placeholder={'product:1042\nuser:7:cart'}
            className={cn(inputLook, 'h-auto py-1 font-mono text-xs max-sm:h-auto')}
          />
        )}
      </Field>
      {popular.length > 0 && (
        <Button
          className="self-start"
          onClick={() => {
            onChange(keysOf([...keys, ...popular.slice(0, POPULAR)].join('\n')))
            setFilled(filled + 1)
          }}
        >
          Add the keys that are read most
        </Button>
      )}
      {found.length > 0 && (
        <Table
          label="Where the keys are"
          sticky={false}
          className="-mx-4 w-auto!"
          columns={changed ? COLUMNS : COLUMNS.filter(({ id }) => id === 'key' || id === 'before')}
          rows={found}
          rowKey={({ key }) => key}
        />
      )}
    </div>
  )
}
