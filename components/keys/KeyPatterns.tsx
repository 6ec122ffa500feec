'use client'
import { parseAsString, useQueryState } from 'nuqs'
import { FilterNote, isNarrowed, NoneMatch } from '@/components/frame/FilterNote.tsx'
import { linkLook } from '@/components/frame/Go.tsx'
import { type First, useFiltered } from '@/components/frame/useFiltered.ts'
import { Empty } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { More } from '@/components/ui/more.tsx'
import { Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { KeyPatternView } from '@/lib/model/answers/key.ts'
import { PatternSheet } from './PatternSheet.tsx'
import { TargetLink } from './TargetLink.tsx'
import { useOrder } from './useOrder.ts'

const nameOf = (one: KeyPatternView) => `${one.target} ${one.pattern}`

const PATTERN_WORDS = ['pattern', 'patterns'] as const

/** The prefixes of keys, with their share, size and time to live. */
export function KeyPatterns({ first }: { first: First<KeyPatternView> }) {
  const [order, setOrder] = useOrder('patterns', 'share')
  const [open, setOpen] = useQueryState('pattern', parseAsString)
  const list = useFiltered<KeyPatternView>(['keys', 'patterns'], 'keys/patterns', { first, everyMs: 15_000 })
  const shown = list.items.find((one) => nameOf(one) === open)
  return (
    <>
      <FilterNote lists={[list]} noun={PATTERN_WORDS} />
      <Table
        label="Key patterns"
        columns={[
          {
            id: 'pattern',
            head: 'Pattern',
            grow: true,
            sort: (one) => one.pattern,
            cell: (one) => (
              <>
                <button type="button" className={`${linkLook} text-left font-mono text-xs`} onClick={() => void setOpen(nameOf(one))}>
                  {safe(one.pattern, 120)}
                </button>
                <span className="block text-dim text-xs sm:hidden">{safe(one.target, 60)}</span>
              </>
            ),
          },
          { id: 'target', head: 'Target', from: 'sm', cell: (one) => <TargetLink name={one.target} /> },
          {
            id: 'share',
            head: 'Share of keys',
            right: true,
            sort: (one) => one.share,
            cell: (one) => <Figure value={one.share} unit="ratio" low={one.low} high={one.high} />,
          },
          {
            id: 'count',
            head: 'Keys',
            right: true,
            from: 'lg',
            sort: (one) => one.count?.value,
            cell: (one) => (
              <Figure
                value={one.count && Math.round(one.count.value)}
                unit="count"
                because="the server does not tell how many keys it holds"
              />
            ),
          },
          {
            id: 'memory',
            head: 'Memory',
            right: true,
            from: 'md',
            sort: (one) => one.bytes?.value,
            cell: (one) => (
              <Figure
                value={one.bytes?.value}
                unit="bytes"
                low={one.bytes?.low}
                high={one.bytes?.high}
                because="too few keys of it have been measured"
              />
            ),
          },
          {
            id: 'bytes',
            head: 'Mean size',
            right: true,
            from: 'lg',
            sort: (one) => one.bytesMean,
            cell: (one) => <Figure value={one.bytesMean} unit="bytes" because="no key of it has been measured yet" />,
          },
          {
            id: 'ttl',
            head: 'TTL left, median',
            right: true,
            from: 'sm',
            sort: (one) => one.ttlMsMedian,
            cell: (one) => (
              <Figure value={one.ttlMsMedian === null ? null : one.ttlMsMedian / 1000} unit="seconds" because="these keys do not expire" />
            ),
          },
          {
            id: 'idle',
            head: 'Unused, median',
            right: true,
            from: 'lg',
            sort: (one) => one.idleSecondsMedian,
            cell: (one) => (
              <Figure value={one.idleSecondsMedian} unit="seconds" because="not sampled yet, or the policy keeps no idle times (LFU)" />
            ),
          },
          {
            id: 'types',
            head: 'Type',
            from: 'xl',
            cell: ({ types }) => (
              <span className="text-dim">
                {safe(types[0]?.type ?? '–', 40)}
                {types.length > 1 ? ` and ${types.length - 1} more` : ''}
              </span>
            ),
          },
        ]}
        rows={list.items}
        question={list.question}
        rowKey={nameOf}
        onOpen={(one) => void setOpen(nameOf(one))}
        selected={open}
        order={order}
        onOrder={setOrder}
        main
        empty={
          isNarrowed([list]) ? (
            <NoneMatch lists={[list]} noun={PATTERN_WORDS} />
          ) : (
            <Empty title="No patterns yet">
              <p>Prefixes are learned from the keys that the TTL sample walks over; it needs a cache with some thousand keys.</p>
            </Empty>
          )
        }
      />
      <More list={list} />
      {shown && <PatternSheet one={shown} onClose={() => void setOpen(null)} />}
    </>
  )
}
