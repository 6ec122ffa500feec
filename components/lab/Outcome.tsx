'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { memo, type ReactNode, useMemo } from 'react'
import { toast } from 'sonner'
import { BalanceStrip } from '@/components/charts/BalanceStrip.tsx'
import { path, post, sayError } from '@/components/frame/api.ts'
import { useGo } from '@/components/frame/Go.tsx'
import { noChangeBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Diff } from '@/components/proposals/ApplyButton.tsx'
import { applyWords } from '@/components/proposals/words.ts'
import { Button } from '@/components/ui/button.tsx'
import { Code } from '@/components/ui/code.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { Facts } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { count, duration, safe, text } from '@/lib/format/format.ts'
import type { RingSpec } from '@/lib/model/ring.ts'
import type { FrameView } from '@/lib/model/views.ts'
import { isUp } from '@/lib/rings/algorithm.ts'
import { predictCold } from '@/lib/rings/cold.ts'
import type { Compared } from './compute.ts'
import { configOf } from './patch.ts'
import type { LabSource } from './source.ts'
import { stepsOf } from './steps.ts'

type Props = { source: LabSource; after: RingSpec; compared: Compared }

const MOVES_MAX = 20

/** What the edit would do: balance, what moves, what it costs at first. */
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

const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1)
const nobody = (name: string | null) => (name === null ? 'nobody' : safe(name, 60))

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
        .map(({ key, from, to, weight }) => `${safe(key, 60)} (${text(weight, 'ratio')}) ${nobody(from)} → ${nobody(to)}`)
        .join(', '),
    ],
    ...('because' in cold
      ? ([['Cold misses', <span key="c" className="text-dim">{`unknown: ${cold.because}`}</span>]] as const)
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
      'Rests on',
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

type Move = Compared['movedBetween'][number]

function Moves({ compared, unit }: { compared: Compared; unit: string }) {
  const rows = compared.movedBetween.slice(0, MOVES_MAX)
  const rest = compared.movedBetween.slice(MOVES_MAX).reduce((sum, { share }) => sum + share, 0)
  const columns: Column<Move>[] = [
    { id: 'from', head: 'From', cell: (move) => nobody(move.from), className: '[overflow-wrap:anywhere] whitespace-normal' },
    { id: 'to', head: 'To', cell: (move) => nobody(move.to), className: '[overflow-wrap:anywhere] whitespace-normal' },
    { id: 'keys', head: 'Keys', right: true, sort: (move) => move.share, cell: (move) => <Figure value={move.share} unit="ratio" /> },
    {
      id: 'reads',
      head: capital(unit),
      right: true,
      sort: (move) => move.reads,
      cell: (move) => <Figure value={move.reads} unit="ratio" because={`the ${unit} of every node must be seen first`} />,
    },
  ]
  return (
    <div>
      <Table
        label="What moves"
        sticky={false}
        className="-mx-4 w-auto"
        columns={compared.seenBefore ? columns : columns.filter(({ id }) => id !== 'reads')}
        rows={rows}
        rowKey={(move) => JSON.stringify([move.from, move.to])}
      />
      {rest > 0 && (
        <p className="py-1 text-dim text-xs">
          and {compared.movedBetween.length - MOVES_MAX} more pairs with {text(rest, 'ratio')} of the keys
        </p>
      )}
    </div>
  )
}

/** The edit as a change of one's own, with its exact steps beside the button; where none can be made, the configuration to copy. */
export const MakeChange = memo(function MakeChange({ source, after, compared, onDone }: Props & { onDone?: () => void }) {
  const go = useGo()
  const client = useQueryClient()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const made = stepsOf(source, after)
  const steps = 'steps' in made ? made.steps : []
  const make = useMutation({
    mutationFn: () =>
      post<{ change: string }>('changes', {
        steps: steps.map(({ setting, after }) => ({ setting, after })),
        because: `Set by hand: max over mean ${text(compared.imbalanceBefore, 'factor')} to ${text(compared.imbalanceAfter, 'factor')}, ${text(compared.moved, 'ratio')} of the keys move.`,
      }),
    onSuccess: ({ change }) => {
      onDone?.()
      for (const key of ['changes', 'rings', 'pools', 'overview']) void client.invalidateQueries({ queryKey: [key] })
      go(path`/changes/${change}`)
    },
    onError: (error) => toast.error('Not applied', { description: sayError(error) }),
  })
  const { taker } = source
  const config = useMemo(() => configOf(after), [after])
  const because = 'because' in made ? made.because : noChangeBecause(frame)
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {steps.length > 0 && <Diff steps={steps} most={12} className="w-fit max-w-full" />}
      <div className="flex flex-wrap items-center gap-3">
        <Button look="primary" busy={make.isPending} disabledBecause={because} onClick={() => make.mutate()}>
          {steps.length > 0 ? applyWords(steps) : 'Apply'}
        </Button>
        {because && <span className="min-w-0 text-dim text-sm [overflow-wrap:anywhere]">{because}</span>}
        {!because && taker?.is === 'ring' && <Status tone={taker.follow.tone}>{taker.follow.word}</Status>}
      </div>
      {!because && (
        <p className="max-w-prose text-dim text-sm">
          {taker?.is === 'ring'
            ? 'Watched like any change. Moving a ring back can serve values that were written before: it is rolled back by itself only on a breach.'
            : 'Watched like any change, and put back by itself when the pool suffers.'}
        </p>
      )}
      <details open={steps.length === 0}>
        <summary className="w-fit cursor-pointer text-dim text-sm hover:text-text">The configuration that says the same</summary>
        <p className="py-1 text-dim text-sm">For {config.where}:</p>
        <Code text={safeLines(config.text)} label="Configuration" />
      </details>
    </div>
  )
})

/** Line by line, so that a name with a control character cannot draw over its neighbours. */
const safeLines = (config: string) =>
  config
    .split('\n')
    .map((line) => safe(line, 2_000))
    .join('\n')
