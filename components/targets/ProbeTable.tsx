'use client'
import { Ago } from '@/components/frame/Ago.tsx'
import { Empty } from '@/components/ui/empty.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status, type Tone } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { duration } from '@/lib/format/format.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import { Took } from './Took.tsx'

type Probe = TargetView['probes'][number]
const PROBE_TONE: Record<Probe['state'], Tone> = { ok: 'ok', gap: 'warning', resting: 'off', unavailable: 'info', waiting: 'off' }
const PROBES: Column<Probe>[] = [
  { id: 'feature', head: 'Reads', sort: (r) => r.feature, cell: (r) => <span className="font-medium">{r.feature}</span> },
  { id: 'state', head: 'State', cell: (r) => <Status tone={PROBE_TONE[r.state]}>{r.state}</Status> },
  { id: 'every', head: 'Every', right: true, sort: (r) => r.everyMs, cell: (r) => duration(r.everyMs) },
  {
    id: 'took',
    head: 'Took',
    right: true,
    sort: (r) => r.lastMs,
    cell: (r) => <Took ms={r.lastMs} />,
  },
  { id: 'last', head: 'Last', right: true, cell: (r) => <Ago at={r.lastAt} className="text-dim" />, from: 'sm' },
  {
    id: 'cost',
    head: 'What it costs the server',
    grow: true,
    cell: (r) => (
      <span className="text-dim">
        <Sentence text={r.because ?? r.cost} max={300} />
      </span>
    ),
    from: 'md',
  },
]

/** The probes of a target: what each reads, how often, and what that costs the server. */
export const ProbeTable = ({ target }: { target: TargetView }) => (
  <Table
    label="Probes"
    sticky={false}
    columns={PROBES}
    rows={target.probes}
    rowKey={(r) => r.id}
    empty={<Empty title="No probe has been started yet" />}
  />
)
