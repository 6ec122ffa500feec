'use client'
import { memo, type ReactNode } from 'react'
import { BalanceStrip } from '@/components/charts/BalanceStrip.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { Facts } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { capital, count, duration, safe, text } from '@/lib/format/format.ts'
import type { Compared } from '@/lib/lab/compute.ts'
import type { LabSource } from '@/lib/lab/source.ts'
import type { RingSpec } from '@/lib/model/ring.ts'
import { isUp } from '@/lib/rings/algorithm.ts'
import { predictCold } from '@/lib/rings/cold.ts'
import { Moves, nodeWord } from './Moves.tsx'

type Props = { source: LabSource; after: RingSpec; compared: Compared }

/** What the edit would do: balance, what moves, and the misses that follow. */
export const Outcome = memo(function Outcome({ source, after, compared }: Props) {
  const { unit } = source
  const parts = (spec: RingSpec, shares: ReadonlyMap<string, number>) => {
    const takes = spec.nodes.filter((node) => isUp(node) || (shares.get(node.name) ?? 0) > 0)
    return takes.map(({ name }) => ({ name, seen: shares.get(name) ?? 0, expected: 1 / takes.length }))
  }
  const strips: [string, RingSpec, ReadonlyMap<string, number> | null][] = [
    ['Keys now', source.spec, compared.ownedBefore],
    ['Keys then', after, compared.ownedAfter],
    [`${capital(unit)} now`, source.spec, compared.seenBefore],
    [`${capital(unit)} then`, after, compared.seenAfter],
  ]
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <div className="grid grid-cols-[6.5rem_minmax(0,1fr)] items-center gap-x-3 gap-y-1 text-sm">
        {strips.map(
          ([label, spec, shares]) =>
            shares && (
              <div key={label} className="contents">
                <span className="text-dim">{label}</span>
                <BalanceStrip parts={parts(spec, shares)} width={180} label={label} />
              </div>
            ),
        )}
      </div>
      <Facts facts={factsOf({ source, after, compared })} />
      {compared.movedBetween.length > 0 && <Moves compared={compared} unit={unit} />}
    </div>
  )
})

function factsOf({ source, compared }: Props): (readonly [ReactNode, ReactNode] | false)[] {
  const { unit } = source
  const { moved, movedReads, movedHot } = compared
  const described = source.id === null
  const cold = predictCold({
    movedKeys: moved,
    // Nobody sees a described ring's traffic: it is as even as its keys.
    movedReads: movedReads ?? (described ? moved : null),
    hot: { keys: movedHot.length, reads: movedHot.reduce((sum, { weight }) => sum + weight, 0) },
    ...(source.squares === null ? {} : { squares: source.squares }),
    readsPerSecond: source.perSecond,
    hitRatio: source.hitRatio,
    items: source.items,
  })
  return [
    ['Keys that move', <Figure key="k" value={moved} unit="ratio" />],
    !described && [
      `${capital(unit)} that move`,
      movedReads === null ? (
        <span key="r" className="text-dim">
          unknown: not every node’s share of the {unit} is seen yet
        </span>
      ) : (
        <Figure key="r" value={movedReads} unit="ratio" />
      ),
    ],
    movedHot.length > 0 && [
      'Hot keys that move',
      movedHot
        .slice(0, 5)
        .map(({ key, from, to, weight }) => `${safe(key, 60)} (${text(weight, 'ratio')}) ${nodeWord(from)} → ${nodeWord(to)}`)
        .join(', '),
    ],
    ...('because' in cold
      ? ([
          [
            'Cold misses',
            <span key="c" className="text-dim">
              <Sentence text={`unknown: ${cold.because}`} max={400} />
            </span>,
          ],
        ] as const)
      : ([
          [
            'Cold misses',
            <span key="c">
              <Figure value={cold.perSecond} unit="perSecond" low={cold.low} high={cold.high} /> at first
              <span className="text-dim">
                , on top of the {text(cold.missesNow, 'perSecond')} that miss now
                {cold.extraMisses !== null && `; about ${count(cold.extraMisses)} in all`}
              </span>
            </span>,
          ],
          [
            'Warm again',
            cold.warmSeconds === null ? (
              <span key="w" className="text-dim">{`unknown: ${cold.warmBecause}`}</span>
            ) : cold.warmSeconds === 0 ? (
              'at once'
            ) : (
              <span key="w">
                nineteen of twenty misses are over after {duration(cold.warmSeconds * 1000)}
                <span className="text-dim">{warmBand(cold)}, if the moved keys are read alike; the rarely read ones trail</span>
              </span>
            ),
          ],
        ] as const)),
    [
      'Based on',
      <span key="b" className="text-dim">
        {basisOf(source)}
      </span>,
    ],
  ]
}

const warmBand = ({ warmLow, warmHigh }: { warmLow?: number; warmHigh?: number }) =>
  warmLow === undefined
    ? ''
    : warmHigh === undefined
      ? ` (${duration(warmLow * 1000)} or more)`
      : ` (${duration(warmLow * 1000)} to ${duration(warmHigh * 1000)})`

/** What the figures by traffic come from, and what they take for granted. */
function basisOf({ id, unit, seen, hot, squares }: LabSource): string {
  if (id === null) return 'the keys’ exact places, and what you say of the traffic; every key is taken to be read alike'
  if (!seen) return `the keys’ exact places; who gets which ${unit} is not seen yet`
  const one = hot.length === 1
  return [
    `the keys’ exact places and the ${unit} that each node sees now`,
    hot.length > 0
      ? `${hot.length} hot key${one ? '' : 's'} followed one by one, the others spread evenly over what a node owns`
      : `spread evenly over what a node owns: no hot key is known`,
    squares === null && `no interval, because nothing tells how uneven the keys are`,
  ]
    .filter(Boolean)
    .join('; ')
}
