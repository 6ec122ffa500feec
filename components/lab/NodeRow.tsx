import { X } from 'lucide-react'
import { memo } from 'react'
import { FromTo } from '@/components/rings/FromTo.tsx'
import { NodeSwatch } from '@/components/rings/RingCircle.tsx'
import { Button } from '@/components/ui/button.tsx'
import { cn } from '@/components/ui/cn.ts'
import { Input, Select } from '@/components/ui/field.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { safe } from '@/lib/format/format.ts'
import type { NodeField } from '@/lib/lab/fields.ts'
import type { SpecProblem } from '@/lib/lab/problem.ts'
import type { RingNode } from '@/lib/model/ring.ts'
import { HEADS, NodeInput } from './NodeInput.tsx'

/** Shares of one node on either side; `after` absent while nothing is changed. */
export type NodeShares = { owned?: number; ownedAfter?: number; seen?: number; seenAfter?: number }

type Props = NodeShares & {
  at: number
  node: RingNode
  fields: readonly NodeField[]
  colour: string | undefined
  problem: SpecProblem | null
  changed: boolean
  traffic: boolean
  edit: (at: number, next: RingNode | null) => void
  onLight: (name: string | null) => void
}

const CELL = 'px-1.5 py-1 align-top first:pl-0 last:pr-0'

/** One node of the ring that is edited, with its shares. */
export const NodeRow = memo(function NodeRow({ at, node, fields, colour, problem, changed, traffic, edit, onLight, ...shares }: Props) {
  const called = node.name === '' ? `node ${at + 1}` : safe(node.name, 60)
  const noteId = `lab-node-${at}`
  const wrong = (field: string) => (problem?.field === field ? { 'aria-invalid': true, 'aria-describedby': noteId } : {})
  const set = (field: keyof RingNode, value: unknown) => {
    const next = { ...node, [field]: value }
    if (value === undefined) delete next[field]
    edit(at, next)
  }
  return (
    <>
      <tr
        className="border-line border-t"
        onPointerEnter={() => onLight(node.name)}
        onPointerLeave={() => onLight(null)}
        onFocus={() => onLight(node.name)}
        onBlur={() => onLight(null)}
      >
        <th scope="row" className={cn(CELL, 'text-left font-normal')}>
          <span className="flex items-center">
            <NodeSwatch colour={colour} />
            <Input
              aria-label={`name of ${called}`}
              value={node.name}
              maxLength={300}
              spellCheck={false}
              autoComplete="off"
              onChange={({ target }) => set('name', target.value)}
              className="w-full min-w-24 max-w-56"
              {...wrong('name')}
            />
          </span>
        </th>
        {fields.map((field) => (
          <td key={field} className={cn(CELL, HEADS[field].from)}>
            <NodeInput {...{ field, node, called, set }} wrong={wrong(field)} />
          </td>
        ))}
        <td className={CELL}>
          <Select
            aria-label={`state of ${called}`}
            options={['up', 'drain', 'maint', 'down']}
            value={node.state ?? 'up'}
            onChange={({ target }) => set('state', target.value === 'up' ? undefined : target.value)}
          />
        </td>
        <Shares {...shares} {...{ changed, traffic }} />
        <td className={cn(CELL, 'text-right')}>
          <Button look="ghost" size="icon" aria-label={`Remove ${called}`} hint={`Remove ${called}`} onClick={() => edit(at, null)}>
            <X size={14} aria-hidden />
          </Button>
        </td>
      </tr>
      {problem && (
        <tr>
          <td colSpan={fields.length + 5} className="pb-1">
            <p id={noteId} role="alert" className="text-critical-text text-xs">
              {problem.field ? `${problem.field}: ` : ''}
              <Sentence text={problem.because} max={300} />
            </p>
          </td>
        </tr>
      )}
    </>
  )
}, sameRow)

function Shares({ owned, ownedAfter, seen, seenAfter, changed, traffic }: NodeShares & { changed: boolean; traffic: boolean }) {
  return (
    <>
      <td className={cn(CELL, 'num pt-2.5')}>
        <FromTo before={owned} after={changed ? ownedAfter : owned} />
      </td>
      {traffic && (
        <td className={cn(CELL, 'num pt-2.5')}>
          <FromTo before={seen} after={changed ? seenAfter : seen} />
        </td>
      )}
    </>
  )
}

/** The nodes are read from the address with each letter typed: most of them are unchanged. */
function sameRow({ node: was, ...before }: Props, { node: is, ...after }: Props): boolean {
  return (
    (was === is || JSON.stringify(was) === JSON.stringify(is)) &&
    (Object.keys({ ...before, ...after }) as (keyof typeof after)[]).every((name) => before[name] === after[name])
  )
}
