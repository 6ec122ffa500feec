import { coloursFor } from '@/components/charts/colour.ts'
import { safe, text } from '@/lib/format/format.ts'
import { type Arc, arcPath, type Drawn } from './circle.ts'

/**
 * The hash circle: outside as it is, inside as it would be. Colours are the nodes' own, as on every chart. A thin line beside each has the
 * same arcs put together, node by node: what the eye cannot add up of many small ones.
 */
export function RingCircle({
  now,
  then,
  centre,
  lit,
  size = 260,
}: {
  now: Drawn
  then?: Drawn
  /** The node that is looked at: the others stand back. */
  lit?: string | null
  centre?: { label: string; value: number }
  size?: number
}) {
  const names = [...new Set([...now.names, ...(then?.names ?? [])])]
  const colours = new Map(coloursFor(names).map((colour, at) => [names[at]!, colour]))
  const rings = [
    { ring: now, inner: then ? 101 : 88, outer: 121, sum: [124, 128] as [number, number], word: 'now' },
    ...(then ? [{ ring: then, inner: 77, outer: 97, sum: [70, 74] as [number, number], word: 'then' }] : []),
  ]
  const known = lit != null && names.includes(lit) ? lit : null
  return (
    <svg
      role="img"
      aria-label={`The hash circle${then ? ', outside as it is, inside as it would be' : ''}: which node owns which keys. The table of nodes has the shares`}
      viewBox="-130 -130 260 260"
      width={size}
      height={size}
      className="max-w-full"
    >
      {rings.map(({ ring: { names: own, arcs }, inner, outer, sum, word }) => {
        const sums = together(arcs)
        return (
          <g key={word}>
            {sums.map((whole) => {
              const name = own[whole.owner]
              const mine = arcs.filter((arc) => arc.owner === whole.owner)
              return (
                <path
                  key={whole.owner}
                  d={arcPath(mine, inner, outer) + (mine.length > 1 ? arcPath([whole], ...sum) : '')}
                  opacity={known === null || known === name ? 1 : 0.15}
                  fill={name === undefined ? 'var(--line-strong)' : colours.get(name)}
                >
                  <title>{`${name === undefined ? 'nobody' : safe(name, 60)}, ${word}: ${text(whole.to - whole.from, 'ratio')} of the keys`}</title>
                </path>
              )
            })}
          </g>
        )
      })}
      {centre && (
        <>
          <text textAnchor="middle" y="2" className="fill-text font-semibold text-xl tabular">
            {text(centre.value, 'factor')}
          </text>
          <text textAnchor="middle" y="20" className="fill-dim text-xs">
            {centre.label}
          </text>
        </>
      )}
    </svg>
  )
}

/** One stretch a node, as wide as all its arcs, in the nodes' order. */
function together(arcs: readonly Arc[]): Arc[] {
  const widths = new Map<number, number>()
  for (const { owner, from, to } of arcs) widths.set(owner, (widths.get(owner) ?? 0) + to - from)
  let at = 0
  return [...widths]
    .sort(([a], [b]) => a - b)
    .map(([owner, width]) => {
      const from = at
      at += width
      return { owner, from, to: at }
    })
}

/** A node's colour as a small square, for tables beside the circle. */
export function NodeSwatch({ name, names }: { name: string; names: readonly string[] }) {
  return (
    <span
      aria-hidden
      className="mr-2 inline-block size-2.5 rounded-sm align-[-1px]"
      style={{ background: coloursFor(names)[names.indexOf(name)] }}
    />
  )
}
