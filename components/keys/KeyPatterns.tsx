'use client'
import { inScope, useScope } from '@/components/frame/Scope.tsx'
import { usePages } from '@/components/frame/usePages.ts'
import { Empty } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { More } from '@/components/ui/more.tsx'
import { Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { KeyPatternView } from '@/lib/model/answers/key.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { TargetLink } from './TargetLink.tsx'

/** The prefixes of keys, with their share, size and time to live. */
export function KeyPatterns({ initial }: { initial: Page<KeyPatternView> }) {
  const [scope] = useScope()
  const list = usePages<KeyPatternView>(['keys', 'patterns'], 'keys/patterns', { initialData: initial, everyMs: 15_000, all: scope !== '' })
  return (
    <>
      <Table
        label="Key patterns"
        columns={[
          {
            id: 'pattern',
            head: 'Pattern',
            grow: true,
            cell: (one) => <code className="font-mono text-xs">{safe(one.pattern, 120)}</code>,
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
            id: 'bytes',
            head: 'Mean size',
            right: true,
            from: 'md',
            cell: (one) => <Figure value={one.bytesMean} unit="bytes" because="sizes are not sampled" />,
          },
          {
            id: 'ttl',
            head: 'TTL left, median',
            right: true,
            from: 'sm',
            cell: (one) => (
              <Figure value={one.ttlMsMedian === null ? null : one.ttlMsMedian / 1000} unit="seconds" because="these keys do not expire" />
            ),
          },
        ]}
        rows={list.items.filter((one) => inScope(scope, [safe(one.pattern), one.target], { target: one.target }))}
        rowKey={(one) => `${one.target} ${one.pattern}`}
        empty={
          <Empty title="No patterns yet">
            <p>Prefixes are learned from the keys that the TTL sample walks over; it needs a cache with some thousand keys.</p>
          </Empty>
        }
      />
      <More list={list} />
    </>
  )
}
