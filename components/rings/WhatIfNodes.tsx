import { Input } from '@/components/ui/field.tsx'
import { safe } from '@/lib/format/format.ts'
import type { RingView } from '@/lib/model/answers/ring.ts'
import type { RingNode } from '@/lib/model/ring.ts'
import { FromTo } from './FromTo.tsx'
import { NodeSwatch, nodeColours } from './RingCircle.tsx'
import type { WhatIf } from './useWhatIf.ts'

const EDIT_MAX = 10_000

type Props = { ring: RingView; whatIf: WhatIf; onLight: (name: string | null) => void }

/** The nodes of a ring with an input for their points or weights, and their shares now and then. `onLight`: the node that is pointed at. */
export function WhatIfNodes({ ring, whatIf, onLight }: Props) {
  const { after, changed, compared, write } = whatIf
  const field = ring.spec.nodes.some((node) => node.points !== undefined) ? 'points' : 'weight'
  const colours = nodeColours(ring.spec.nodes.map((node) => node.name))
  const set = (at: number, value: number | undefined) =>
    write({ ...after, nodes: after.nodes.map((node, i) => (i === at ? { ...node, [field]: value } : node)) })
  const then = (shares: ReadonlyMap<string, number> | null | undefined, name: string) => (changed ? shares?.get(name) : undefined)
  return (
    <div className="overflow-x-auto">
      <table aria-label="Nodes" className="w-full text-sm">
        <thead className="text-dim text-xs">
          <tr>
            {['Node', field === 'points' ? 'Points' : 'Weight', 'Of the keys', 'Of the reads'].map((head, at) => (
              <th key={head} scope="col" className={`py-1 font-normal ${at === 0 ? 'text-left' : 'text-right'} ${at < 3 ? 'pr-3' : ''}`}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {after.nodes.map((node, at) => (
            <tr
              key={node.name}
              className="border-line border-t"
              onPointerEnter={() => onLight(node.name)}
              onPointerLeave={() => onLight(null)}
              onFocus={() => onLight(node.name)}
              onBlur={() => onLight(null)}
            >
              <th scope="row" className="py-1 pr-3 text-left font-medium [overflow-wrap:anywhere]">
                <NodeSwatch colour={colours.get(node.name)} />
                {safe(node.name, 60)}
                <span className="ml-2 font-mono font-normal text-dim text-xs max-sm:hidden">{safe(node.address ?? '', 60)}</span>
              </th>
              <td className="py-1 pr-3 text-right">
                <Value node={node} field={field} before={changed ? ring.spec.nodes[at] : undefined} onChange={(value) => set(at, value)} />
              </td>
              <td className="num py-1 pr-3">
                <FromTo before={compared?.ownedBefore.get(node.name)} after={then(compared?.ownedAfter, node.name)} />
              </td>
              <td className="num py-1">
                <FromTo before={compared?.seenBefore?.get(node.name)} after={then(compared?.seenAfter, node.name)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

type ValueProps = {
  node: RingNode
  field: 'points' | 'weight'
  before: RingNode | undefined
  onChange: (value: number | undefined) => void
}

/** The input of one node's points or weight, with what it was. */
function Value({ node, field, before, onChange }: ValueProps) {
  return (
    <span className="inline-flex items-center gap-2">
      {before && before[field] !== node[field] && <span className="text-dim tabular">{before[field] ?? 1} →</span>}
      <Input
        type="number"
        min={1}
        max={EDIT_MAX}
        aria-label={`${field} of ${safe(node.name, 60)}`}
        value={node[field] ?? ''}
        onChange={({ target }) =>
          onChange(target.value === '' ? undefined : Math.min(EDIT_MAX, Math.max(1, Math.round(Number(target.value)))))
        }
        className="w-20 text-right tabular"
      />
    </span>
  )
}
