import { EXPECTATIONS, expectationRows, OUTCOME } from '@/components/drills/expectationRows.tsx'
import { Table } from '@/components/ui/table.tsx'
import { duration } from '@/lib/format/format.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'

/** A drill's expectations beside what came of each. */
export function DrillOutcome({ drill }: { drill: NonNullable<ChangeView['drill']> }) {
  return (
    <section aria-label="Drill" className="flex flex-col gap-2">
      <p className="text-sm">A drill of {duration(drill.lastsMs)}: it ends by itself, and is put back.</p>
      <Table
        label="What was expected, and what came"
        columns={[...EXPECTATIONS, OUTCOME]}
        rows={expectationRows(drill.expects, drill.outcomes)}
        rowKey={({ id }) => id}
        sticky={false}
        empty="Nothing was expected of it."
      />
    </section>
  )
}
