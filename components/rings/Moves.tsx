import { Figure } from '@/components/ui/figure.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { capital, safe, text } from '@/lib/format/format.ts'
import type { Compared } from '@/lib/lab/compute.ts'

const MOVES_MAX = 20

export const nodeWord = (name: string | null) => (name === null ? 'nobody' : safe(name, 60))

type Move = Compared['movedBetween'][number]

/** The keys that move, by pair of nodes, the largest first. */
export function Moves({ compared, unit }: { compared: Compared; unit: string }) {
  const rows = compared.movedBetween.slice(0, MOVES_MAX)
  const rest = compared.movedBetween.slice(MOVES_MAX).reduce((sum, { share }) => sum + share, 0)
  const columns: Column<Move>[] = [
    { id: 'from', head: 'From', cell: (move) => nodeWord(move.from), className: '[overflow-wrap:anywhere] whitespace-normal!' },
    { id: 'to', head: 'To', cell: (move) => nodeWord(move.to), className: '[overflow-wrap:anywhere] whitespace-normal!' },
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
        className="-mx-4 w-auto!"
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
