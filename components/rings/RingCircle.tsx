import { coloursFor } from '@/components/charts/colour.ts'
import { safe, text } from '@/lib/format/format.ts'
import { arcPath, type Drawn } from './circle.ts'

/** The hash circle: outside as it is, inside as it would be. Colours are the nodes' own, as on every chart. */
export function RingCircle({
  now,
  then,
  centre,
  size = 260,
}: {
  now: Drawn
  then?: Drawn
  centre?: { label: string; value: number }
  size?: number
}) {
  const names = [...new Set([...now.names, ...(then?.names ?? [])])]
  const colours = new Map(coloursFor(names).map((colour, at) => [names[at]!, colour]))
  const rings = [
    { ring: now, inner: then ? 104 : 88, outer: 124, word: 'now' },
    ...(then ? [{ ring: then, inner: 78, outer: 98, word: 'then' }] : []),
  ]
  return (
    <svg
      role="img"
      aria-label={`The hash circle${then ? ', outside as it is, inside as it would be' : ''}: which node owns which keys`}
      viewBox="-130 -130 260 260"
      width={size}
      height={size}
      className="max-w-full"
    >
      {rings.map(({ ring: { names: own, arcs }, inner, outer, word }) => {
        const owners = [...new Set(arcs.map((arc) => arc.owner))]
        return (
          <g key={word}>
            {owners.map((owner) => {
              const name = own[owner]
              return (
                <path
                  key={owner}
                  d={arcPath(
                    arcs.filter((arc) => arc.owner === owner),
                    inner,
                    outer,
                  )}
                  fill={name === undefined ? 'var(--line-strong)' : colours.get(name)}
                >
                  <title>{`${name === undefined ? 'nobody' : safe(name, 60)}, ${word}`}</title>
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
