'use client'
import { FilterNote, isNarrowed, NoneMatch } from '@/components/frame/FilterNote.tsx'
import { type First, useFiltered } from '@/components/frame/useFiltered.ts'
import { Empty } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { More } from '@/components/ui/more.tsx'
import { Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { BigKeyView } from '@/lib/model/answers/key.ts'
import { TargetLink } from './TargetLink.tsx'

const BIG_WORDS = ['big key', 'big keys'] as const

/** The keys that hold the most memory among those that were sampled. */
export function BigKeys({ first }: { first: First<BigKeyView> }) {
  const list = useFiltered<BigKeyView>(['keys', 'big'], 'keys/big', { first, everyMs: 15_000 })
  return (
    <>
      <FilterNote lists={[list]} noun={BIG_WORDS} />
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
        rows={list.items}
        question={list.question}
        rowKey={(key) => `${key.target} ${key.key}`}
        empty={
          isNarrowed([list]) ? (
            <NoneMatch lists={[list]} noun={BIG_WORDS} />
          ) : (
            <Empty title="No big key has been sampled">
              <p>A few keys a second are sampled and measured; those that hold far more memory than the rest stand here.</p>
            </Empty>
          )
        }
      />
      <More list={list} />
    </>
  )
}
