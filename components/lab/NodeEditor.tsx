'use client'
import { Plus } from 'lucide-react'
import { useCallback, useMemo, useRef, useState } from 'react'
import { nodeColours } from '@/components/rings/RingCircle.tsx'
import { Button } from '@/components/ui/button.tsx'
import { cn } from '@/components/ui/cn.ts'
import { Sentence } from '@/components/ui/sentence.tsx'
import { safe } from '@/lib/format/format.ts'
import { withNode } from '@/lib/lab/edit.ts'
import { fieldsOf } from '@/lib/lab/fields.ts'
import type { SpecProblem } from '@/lib/lab/problem.ts'
import type { RingNode, RingSpec } from '@/lib/model/ring.ts'
import { NODES_MAX } from '@/lib/rings/nodesMax.ts'
import { HEADS } from './NodeInput.tsx'
import { NodeRow, type NodeShares } from './NodeRow.tsx'

/** More rows than this are drawn only when asked for. */
const ROWS_MAX = 60

type Props = {
  spec: RingSpec
  onChange: (spec: RingSpec) => void
  problem: SpecProblem | null
  /** Names in the circle's order, for colours. */
  names: readonly string[]
  shares: (name: string) => NodeShares
  changed: boolean
  /** What the second share is of; null where nobody can see it. */
  unit: string | null
  /** The node under the pointer or the focus, for the circle. */
  onLight: (name: string | null) => void
}

/** The table of a ring's nodes: each field where it can be changed, and beside it at once what the node gets. */
export function NodeEditor({ spec, onChange, problem, names, shares, changed, unit, onLight }: Props) {
  const [all, setAll] = useState(false)
  const edit = useNodeEdit(spec, onChange)
  const fieldsPrint = fieldsOf(spec).join()
  // The same list as long as it says the same: rows are memoized by it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the print stands for the list
  const fields = useMemo(() => fieldsOf(spec), [fieldsPrint])
  const colours = useMemo(() => nodeColours(names), [names])
  const shown = all ? spec.nodes : spec.nodes.slice(0, ROWS_MAX)
  const head = 'px-1.5 py-1 font-normal first:pl-0 last:pr-0'
  const heads = [
    { id: 'node', text: 'Node', look: 'text-left' },
    ...fields.map((field) => ({ id: field, text: HEADS[field].head, look: cn('text-left', HEADS[field].from) })),
    { id: 'state', text: 'State', look: 'text-left' },
    { id: 'keys', text: 'Of the keys', look: 'text-right' },
    ...(unit ? [{ id: 'traffic', text: `Of the ${unit}`, look: 'text-right' }] : []),
  ]
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div className="relative overflow-x-auto">
        <table aria-label="Nodes" className="w-full text-sm">
          <thead className="text-dim text-xs">
            <tr>
              {heads.map(({ id, text, look }) => (
                <th key={id} scope="col" className={cn(head, look)}>
                  {text}
                </th>
              ))}
              <th scope="col" className={head}>
                <span className="sr-only">Remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((node, at) => (
              <NodeRow
                // biome-ignore lint/suspicious/noArrayIndexKey: names are being edited and may stand twice
                key={at}
                {...{ at, node, fields, changed, edit, onLight }}
                colour={colours.get(node.name)}
                problem={problem?.node === at ? problem : null}
                traffic={unit !== null}
                {...shares(node.name)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {problem?.node != null && problem.node >= shown.length && (
        <p role="alert" className="text-critical-text text-sm">
          {safe(spec.nodes[problem.node]!.name, 60)}: <Sentence text={problem.because} max={300} />
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

/** Puts another node at a place, or takes it out; always the same function, so that a memoized row need not be drawn again. */
function useNodeEdit(spec: RingSpec, onChange: (spec: RingSpec) => void) {
  const latest = useRef({ spec, onChange })
  latest.current = { spec, onChange }
  return useCallback((at: number, next: RingNode | null) => {
    const { spec, onChange } = latest.current
    onChange({ ...spec, nodes: next ? spec.nodes.map((node, i) => (i === at ? next : node)) : spec.nodes.filter((_, i) => i !== at) })
  }, [])
}
