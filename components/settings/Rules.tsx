'use client'
import { Go, rowLinkLook, useGo } from '@/components/frame/Go.tsx'
import { Status } from '@/components/ui/status.tsx'
import { Table } from '@/components/ui/table.tsx'
import type { RuleView } from '@/lib/model/answers/rule.ts'

/** The list of rules with their present state: too little data is shown as such, never as healthy. */
export function Rules({ rules }: { rules: RuleView[] }) {
  const go = useGo()
  return (
    <Table
      label="Rules"
      main
      onOpen={(one) => go(`/rules/${one.id}`)}
      rows={rules}
      rowKey={(one) => one.id}
      columns={[
        {
          id: 'id',
          head: 'Rule',
          cell: (one) => (
            <>
              <Go href={`/rules/${one.id}`} className={`${rowLinkLook} font-mono text-xs`}>
                {one.id}
              </Go>
              <span className="block text-dim text-xs md:hidden">{one.title}</span>
            </>
          ),
          className: 'max-md:whitespace-normal',
        },
        { id: 'title', head: 'Finds', grow: true, from: 'md', cell: (one) => one.title },
        {
          id: 'found',
          head: 'Found',
          right: true,
          sort: (one) => one.now.found,
          cell: (one) =>
            one.now.found > 0 ? (
              <span className="font-medium text-warning-text">{one.now.found}</span>
            ) : (
              <span className="text-dim">0</span>
            ),
        },
        {
          id: 'clear',
          head: 'Clear',
          right: true,
          from: 'sm',
          sort: (one) => one.now.clear,
          cell: (one) => <span className="text-dim">{one.now.clear}</span>,
        },
        {
          id: 'unjudged',
          head: 'Unjudged',
          right: true,
          sort: (one) => one.now.unjudged,
          cell: (one) =>
            one.now.unjudged > 0 ? (
              <span className="text-info-text" title={one.now.because.join('\n')}>
                {one.now.unjudged}
              </span>
            ) : (
              <span className="text-dim">0</span>
            ),
        },
        { id: 'enabled', head: '', cell: (one) => (one.enabled ? null : <Status tone="off">off</Status>) },
      ]}
    />
  )
}
