'use client'
import { useId } from 'react'
import { usePages } from '@/components/frame/usePages.ts'
import { Field, Input } from '@/components/ui/field.tsx'
import { count } from '@/lib/format/format.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import { countOf, labelChoices, readWhere } from './where.ts'

/** The labels that a role is given on, with those that there are to choose from and how many targets have them now. */
export function WhereField({
  label,
  value,
  onChange,
  help,
}: {
  label: string
  value: string
  onChange: (text: string) => void
  help?: string
}) {
  const list = useId()
  const { items, known } = usePages<TargetView>(['targets'], 'targets', { query: { brief: 1 }, everyMs: 60_000, all: true })
  const read = readWhere(value)
  const having = 'where' in read ? countOf(items, read.where) : null
  const found =
    having === null || !known ? undefined : `${count(having)} of ${count(items.length)} targets ${having === 1 ? 'has' : 'have'} it now.`
  return (
    <Field label={label} help={value.trim() === '' ? help : found} wrong={value.trim() !== '' && 'wrong' in read ? read.wrong : undefined}>
      {(props) => (
        <>
          <Input
            {...props}
            value={value}
            maxLength={300}
            list={list}
            placeholder="team=shop"
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id={list}>
            {labelChoices(items).map((choice) => (
              <option key={choice} value={choice} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  )
}
