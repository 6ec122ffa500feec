'use client'
import { inScope, useScope } from '@/components/frame/Scope.tsx'
import { usePages } from '@/components/frame/usePages.ts'
import { Empty } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { More } from '@/components/ui/more.tsx'
import { Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { BigKeyView } from '@/lib/model/answers/key.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { TargetLink } from './TargetLink.tsx'

/** The keys that hold the most memory among those that were sampled. */
export function BigKeys({ initial }: { initial: Page<BigKeyView> }) {
  const [scope] = useScope()
  const list = usePages<BigKeyView>(['keys', 'big'], 'keys/big', { initialData: initial, everyMs: 15_000, all: scope !== '' })
  return (
    <>
      <Table
        label="Big keys"
        columns={[
          {
            id: 'key',
            head: 'Key',
            grow: true,
            cell: (key) => (
              <>
                <code className="font-mono text-xs">{safe(key.key, 120)}</code>
                <span className="block text-dim text-xs sm:hidden">
                  {safe(key.target, 60)}, {key.type}
                </span>
              </>
            ),
          },
          { id: 'type', head: 'Type', from: 'sm', cell: (key) => <span className="text-dim">{key.type}</span> },
          { id: 'target', head: 'Target', from: 'sm', cell: (key) => <TargetLink name={key.target} /> },
          { id: 'bytes', head: 'Memory', right: true, sort: (key) => key.bytes, cell: (key) => <Figure value={key.bytes} unit="bytes" /> },
        ]}
        rows={list.items.filter((key) => inScope(scope, [safe(key.key), key.target], { target: key.target }))}
        rowKey={(key) => `${key.target} ${key.key}`}
        empty={
          <Empty title="No big key has been sampled">
            <p>A few keys a second are sampled and measured; those that hold far more memory than the rest stand here.</p>
          </Empty>
        }
      />
      <More list={list} />
    </>
  )
}
