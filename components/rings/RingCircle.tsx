'use client'
import { memo, useMemo } from 'react'
import { coloursFor } from '@/components/charts/colour.ts'
import { safe, text } from '@/lib/format/format.ts'
import { type Arc, arcPath, type Drawn } from '@/lib/rings/drawing.ts'

/**
 * The hash circle: outside as it is, inside as it would be. Colours are the nodes' own, as on every chart. A thin line beside each has the
 * same arcs put together, node by node: what the eye cannot add up of many small ones.
 */
export const RingCircle = memo(function RingCircle({
  now,
  then,
  factor,
  label,
  lit,
  size = 260,
}: {
  now: Drawn
  then?: Drawn
  /** The node that is highlighted: the others are dimmed. */
  lit?: string | null
  /** max over mean, in the middle, and of what. */
  factor: number
  label: string
  size?: number
}) {
  const names = [...now.names, ...(then?.names ?? [])]
  const known = lit != null && names.includes(lit) ? lit : null
  const colours = useMemo(() => nodeColours([...new Set([...now.names, ...(then?.names ?? [])])]), [now.names, then?.names])
  return (
    <svg
      role="img"
      aria-label={`The hash circle${then ? ', outside as it is, inside as it would be' : ''}: which node owns which keys. The table of nodes has the shares`}
      viewBox="-130 -130 260 260"
      width={size}
      height={size}
      className="max-w-full"
    >
      <Band ring={now} inner={then ? 101 : 88} outer={121} sum={124} word="now" colours={colours} lit={known} />
      {then && <Band ring={then} inner={77} outer={97} sum={70} word="then" colours={colours} lit={known} />}
      <text textAnchor="middle" y="2" className="fill-text font-semibold text-xl tabular">
        {text(factor, 'factor')}
      </text>
      <text textAnchor="middle" y="20" className="fill-dim text-xs">
        {label}
      </text>
    </svg>
  )
})

type BandProps = {
  ring: Drawn
  inner: number
  outer: number
  /** Where the thin line begins. */
  sum: number
  word: string
  colours: ReadonlyMap<string, string>
  lit: string | null
}

function Band({ ring, inner, outer, sum, word, colours, lit }: BandProps) {
  const { names, arcs } = ring
  const paths = useMemo(() => {
    const own = Map.groupBy(arcs, (arc) => arc.owner)
    return together(arcs).map((whole) => {
      const mine = own.get(whole.owner)!
      return { whole, d: arcPath(mine, inner, outer) + (mine.length > 1 ? arcPath([whole], sum, sum + 4) : '') }
    })
  }, [arcs, inner, outer, sum])
  return (
    <g>
      {paths.map(({ whole, d }) => {
        const name = names[whole.owner]
        return (
          <path
            key={whole.owner}
            d={d}
            opacity={lit === null || lit === name ? 1 : 0.15}
            fill={name === undefined ? 'var(--line-strong)' : colours.get(name)}
          >
            <title>{`${name === undefined ? 'nobody' : safe(name, 60)}, ${word}: ${text(whole.to - whole.from, 'ratio')} of the keys`}</title>
          </path>
        )
      })}
    </g>
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

/** The colours of the circle's nodes by name. */
export function nodeColours(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(coloursFor(names).map((colour, at) => [names[at]!, colour]))
}

/** A node's colour as a small square, for tables beside the circle. */
export function NodeSwatch({ colour }: { colour: string | undefined }) {
  return <span aria-hidden className="mr-2 inline-block size-2.5 shrink-0 rounded-sm align-[-1px]" style={{ background: colour }} />
}
