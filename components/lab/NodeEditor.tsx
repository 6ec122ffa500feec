'use client'
import { Plus, X } from 'lucide-react'
import { memo, useCallback, useMemo, useRef, useState } from 'react'
import { FromTo } from '@/components/rings/FromTo.tsx'
import { NodeSwatch, nodeColours } from '@/components/rings/RingCircle.tsx'
import { Button } from '@/components/ui/button.tsx'
import { cn } from '@/components/ui/cn.ts'
import { Input, Select } from '@/components/ui/field.tsx'
import { safe } from '@/lib/format/format.ts'
import { FIELDS, type NodeField, readSlots, slotsText, withNode } from '@/lib/lab/edit.ts'
import type { SpecProblem } from '@/lib/lab/problem.ts'
import type { RingNode, RingSpec } from '@/lib/model/ring.ts'

/** Shares of one node on either side; `after` absent while nothing is changed. */
export type RowShares = { owned?: number; ownedAfter?: number; seen?: number; seenAfter?: number }

const HEADS: Record<NodeField, { head: string; from?: string; width: string }> = {
  address: { head: 'Address', from: 'max-md:hidden', width: 'w-40' },
  label: { head: 'Hashed name', from: 'max-xl:hidden', width: 'w-28' },
  id: { head: 'Id', from: 'max-sm:hidden', width: 'w-20' },
  weight: { head: 'Weight', width: 'w-20 max-sm:w-16' },
  points: { head: 'Points', width: 'w-20 max-sm:w-16' },
  slots: { head: 'Slots', width: 'w-44 max-sm:w-28' },
}
/** More rows than this are drawn only when asked for. */
const ROWS_MAX = 60
const NODES_MAX = 1_000

type Props = {
  spec: RingSpec
  onChange: (spec: RingSpec) => void
  problem: SpecProblem | null
  /** Names in the circle's order, for colours. */
  names: readonly string[]
  shares: (name: string) => RowShares
  changed: boolean
  /** What the second share is of; null where nobody can see it. */
  unit: string | null
  /** The node under the pointer or the focus, for the circle. */
  onLight: (name: string | null) => void
}

/** The nodes of a ring, each field where it can be changed, and beside it at once what the node gets. */
export function NodeEditor({ spec, onChange, problem, names, shares, changed, unit, onLight }: Props) {
  const [all, setAll] = useState(false)
  const latest = useRef({ spec, onChange })
  latest.current = { spec, onChange }
  const edit = useCallback((at: number, next: RingNode | null) => {
    const { spec, onChange } = latest.current
    onChange({ ...spec, nodes: next ? spec.nodes.map((node, i) => (i === at ? next : node)) : spec.nodes.filter((_, i) => i !== at) })
  }, [])
  // A ketama node has either its own points or a weight: both columns only where both stand.
  const has = (field: NodeField) => spec.nodes.some((node) => node[field] !== undefined)
  const [points, weights] = [has('points'), has('weight')]
  const fields = useMemo(
    () =>
      FIELDS[spec.algorithm].filter(
        (field) =>
          spec.algorithm !== 'ketama' ||
          (field !== 'weight' && field !== 'points') ||
          (field === 'points') === points ||
          (field === 'weight' && weights),
      ),
    [spec.algorithm, points, weights],
  )
  const colours = useMemo(() => nodeColours(names), [names])
  const shown = all ? spec.nodes : spec.nodes.slice(0, ROWS_MAX)
  const far = problem?.node != null && problem.node >= shown.length
  const head = 'px-1.5 py-1 font-normal first:pl-0 last:pr-0'
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div className="relative overflow-x-auto">
        <table aria-label="Nodes" className="w-full text-sm">
          <thead className="text-dim text-xs">
            <tr>
              <th scope="col" className={cn(head, 'text-left')}>
                Node
              </th>
              {fields.map((field) => (
                <th key={field} scope="col" className={cn(head, 'text-left', HEADS[field].from)}>
                  {HEADS[field].head}
                </th>
              ))}
              <th scope="col" className={cn(head, 'text-left')}>
                State
              </th>
              <th scope="col" className={cn(head, 'text-right')}>
                Of the keys
              </th>
              {unit && (
                <th scope="col" className={cn(head, 'text-right')}>
                  Of the {unit}
                </th>
              )}
              <th scope="col" className={head}>
                <span className="sr-only">Remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((node, at) => (
              <Row
                // biome-ignore lint/suspicious/noArrayIndexKey: names are being edited and may stand twice
                key={at}
                at={at}
                node={node}
                fields={fields}
                colour={colours.get(node.name)}
                problem={problem?.node === at ? problem : null}
                changed={changed}
                traffic={unit !== null}
                edit={edit}
                onLight={onLight}
                {...shares(node.name)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {far && (
        <p role="alert" className="text-critical-text text-sm">
          {safe(spec.nodes[problem!.node!]!.name, 60)}: {safe(problem!.because, 300)}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <Button
          onClick={() => onChange(withNode(spec))}
          disabledBecause={spec.nodes.length >= NODES_MAX && `${NODES_MAX} nodes are the most that are computed.`}
        >
          <Plus size={14} aria-hidden />
          Add a node
        </Button>
        {spec.nodes.length > ROWS_MAX && (
          <Button look="ghost" onClick={() => setAll(!all)}>
            {all ? `Show the first ${ROWS_MAX}` : `Show all ${spec.nodes.length}`}
          </Button>
        )}
      </div>
    </div>
  )
}

type RowProps = RowShares & {
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

const Row = memo(function Row({ at, node, fields, colour, problem, changed, traffic, edit, onLight, ...shares }: RowProps) {
  const { owned, ownedAfter, seen, seenAfter } = shares
  const called = node.name === '' ? `node ${at + 1}` : safe(node.name, 60)
  const noteId = `lab-node-${at}`
  const wrong = (field: string) => (problem?.field === field ? { 'aria-invalid': true, 'aria-describedby': noteId } : {})
  const set = (field: keyof RingNode, value: unknown) => {
    const next = { ...node, [field]: value }
    if (value === undefined) delete next[field]
    edit(at, next)
  }
  const cell = 'px-1.5 py-1 align-top first:pl-0 last:pr-0'
  return (
    <>
      <tr
        className="border-line border-t"
        onPointerEnter={() => onLight(node.name)}
        onPointerLeave={() => onLight(null)}
        onFocus={() => onLight(node.name)}
        onBlur={() => onLight(null)}
      >
        <th scope="row" className={cn(cell, 'text-left font-normal')}>
          <span className="flex items-center">
            <NodeSwatch colour={colour} />
            <Input
              aria-label={`name of ${called}`}
              value={node.name}
              maxLength={300}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => set('name', event.target.value)}
              className="w-full min-w-24 max-w-56"
              {...wrong('name')}
            />
          </span>
        </th>
        {fields.map((field) => (
          <td key={field} className={cn(cell, HEADS[field].from)}>
            {field === 'slots' ? (
              <SlotsInput node={node} called={called} set={set} wrong={wrong('slots')} />
            ) : field === 'address' || field === 'label' ? (
              <Input
                aria-label={`${field} of ${called}`}
                value={node[field] ?? ''}
                maxLength={300}
                placeholder={field === 'address' ? safe(node.name, 40) : 'none'}
                spellCheck={false}
                autoComplete="off"
                onChange={(event) => set(field, event.target.value === '' ? undefined : event.target.value)}
                className={cn(HEADS[field].width, 'font-mono text-xs')}
                {...wrong(field)}
              />
            ) : (
              <Input
                type="number"
                inputMode="numeric"
                aria-label={`${field} of ${called}`}
                value={node[field] ?? ''}
                placeholder={field === 'weight' ? '1' : field === 'id' ? 'auto' : ''}
                onChange={(event) => {
                  const value = event.target.valueAsNumber
                  set(field, Number.isFinite(value) ? value : undefined)
                }}
                className={cn(HEADS[field].width, 'text-right tabular')}
                {...wrong(field)}
              />
            )}
          </td>
        ))}
        <td className={cell}>
          <Select
            aria-label={`state of ${called}`}
            options={['up', 'drain', 'maint', 'down']}
            value={node.state ?? 'up'}
            onChange={(event) => set('state', event.target.value === 'up' ? undefined : event.target.value)}
          />
        </td>
        <td className={cn(cell, 'num pt-2.5')}>
          <FromTo before={owned} after={changed ? ownedAfter : owned} />
        </td>
        {traffic && (
          <td className={cn(cell, 'num pt-2.5')}>
            <FromTo before={seen} after={changed ? seenAfter : seen} />
          </td>
        )}
        <td className={cn(cell, 'text-right')}>
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
              {safe(problem.because, 300)}
            </p>
          </td>
        </tr>
      )}
    </>
  )
}, sameRow)

/** The nodes come from the address anew with each letter typed: most of them say what they said. */
function sameRow({ node: was, ...before }: RowProps, { node: is, ...after }: RowProps): boolean {
  return (
    (was === is || JSON.stringify(was) === JSON.stringify(is)) &&
    (Object.keys({ ...before, ...after }) as (keyof typeof after)[]).every((name) => before[name] === after[name])
  )
}

/** Ranges are text while they are typed, and slots once they can be read. */
function SlotsInput({
  node,
  called,
  set,
  wrong,
}: {
  node: RingNode
  called: string
  set: (field: keyof RingNode, value: unknown) => void
  wrong: object
}) {
  const [typed, setTyped] = useState<string | null>(null)
  const unread = typed !== null && readSlots(typed) === null
  return (
    <Input
      aria-label={`slots of ${called}`}
      value={typed ?? slotsText(node.slots)}
      placeholder="0-5460 5462"
      onChange={(event) => {
        setTyped(event.target.value)
        const slots = readSlots(event.target.value)
        if (slots) set('slots', slots.length > 0 ? slots : undefined)
      }}
      onBlur={() => setTyped(null)}
      className={cn(HEADS.slots.width, 'font-mono text-xs')}
      {...wrong}
      {...(unread && { 'aria-invalid': true })}
    />
  )
}
