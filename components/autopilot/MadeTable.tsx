'use client'
import { stateWords, verdictWords } from '@/components/changes/words.ts'
import { Moment } from '@/components/frame/Ago.tsx'
import { path } from '@/components/frame/api.ts'
import { Go, rowLinkLook, useGo } from '@/components/frame/Go.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { MadeView } from '@/lib/model/answers/autopilot.ts'

const COLUMNS: Column<MadeView>[] = [
  {
    id: 'what',
    head: 'Change',
    grow: true,
    cell: ({ change, what, target, at }) => (
      <>
        <Go href={path`/changes/${change}`} className={rowLinkLook}>
          {safe(`${target}: ${what}`, 160)}
        </Go>
        <Moment at={at} className="block text-dim text-xs sm:hidden" />
      </>
    ),
  },
  { id: 'rule', head: 'Policy', from: 'lg', cell: ({ rule }) => <code className="font-mono text-xs">{safe(rule, 60)}</code> },
  {
    id: 'state',
    head: 'State',
    cell: ({ state, verdict }) => (
      <Status tone={verdict === 'regressed' ? 'warning' : state === 'kept' || state === 'rolled_back' ? 'ok' : 'change'}>
        {stateWords({ state })}
        {verdict && `: ${verdictWords({ state, verdict })}`}
      </Status>
    ),
  },
  { id: 'at', head: 'When', right: true, from: 'sm', cell: ({ at }) => <Moment at={at} className="text-dim" /> },
]

/** The steps that the autopilot has made, newest first. */
export function MadeTable({ made }: { made: readonly MadeView[] }) {
  const go = useGo()
  return (
    <Table
      label="Steps of the autopilot"
      sticky={false}
      columns={COLUMNS}
      rows={made}
      rowKey={({ change }) => change}
      onOpen={({ change }) => go(path`/changes/${change}`)}
      empty={<p className="px-4 py-2 text-dim text-sm">It has applied nothing yet.</p>}
    />
  )
}
