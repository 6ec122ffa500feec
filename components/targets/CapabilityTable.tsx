'use client'
import { Empty } from '@/components/ui/empty.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'

const CAPABILITIES: Column<TargetView['capabilities'][number]>[] = [
  { id: 'feature', head: 'Feature', cell: (r) => <span className="font-medium">{safe(r.feature, 60)}</span> },
  {
    id: 'available',
    head: 'Here',
    cell: (r) => <Status tone={r.available ? 'ok' : 'info'}>{r.available ? 'available' : 'not available'}</Status>,
  },
  {
    id: 'because',
    head: 'Because',
    grow: true,
    cell: (r) => <span className="text-dim">{r.because && <Sentence text={r.because} max={300} />}</span>,
  },
]

/** What can be read and written on a target, and why not where it cannot. */
export const CapabilityTable = ({ target }: { target: TargetView }) => (
  <Table
    label="Capabilities"
    sticky={false}
    columns={CAPABILITIES}
    rows={target.capabilities}
    rowKey={(r) => r.feature}
    empty={<Empty title="Not probed yet">What can be read and written here is tried once the target answers; nothing is assumed.</Empty>}
  />
)
