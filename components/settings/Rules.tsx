'use client'
import { useState } from 'react'
import { Code } from '@/components/ui/code.tsx'
import { Facts } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Sheet } from '@/components/ui/sheet.tsx'
import { Status } from '@/components/ui/status.tsx'
import { Table } from '@/components/ui/table.tsx'
import { duration } from '@/lib/format/format.ts'
import type { RuleView } from '@/lib/model/answers/rule.ts'

/** The list of rules with their present state: too little data is shown as such, never as healthy. */
export function Rules({ rules }: { rules: RuleView[] }) {
  const [open, setOpen] = useState<string | null>(null)
  const rule = rules.find((one) => one.id === open)
  return (
    <>
      <Table
        label="Rules"
        main
        selected={open}
        onOpen={(one) => setOpen(one.id)}
        rows={rules}
        rowKey={(one) => one.id}
        columns={[
          {
            id: 'id',
            head: 'Rule',
            cell: (one) => (
              <>
                <span className="font-mono text-xs">{one.id}</span>
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
      {rule && (
        <Sheet title={rule.title} lead={<code className="font-mono text-xs">{rule.id}</code>} onClose={() => setOpen(null)}>
          <div className="flex flex-col gap-4">
            <p>
              <Sentence text={rule.why} max={2_000} />
            </p>
            <Facts
              facts={[
                ['Reads', rule.needs.metrics.length > 0 ? rule.needs.metrics.join(', ') : 'the state of targets'],
                ['History', duration(rule.needs.spanMs)],
                ['Now', `${rule.now.found} found, ${rule.now.clear} clear, ${rule.now.unjudged} unjudged`],
              ]}
            />
            {rule.now.because.length > 0 && (
              <div className="text-sm">
                <h3 className="mb-1 text-dim">Unjudged because</h3>
                <ul className="list-disc pl-4">
                  {rule.now.because.map((because) => (
                    <li key={because}>
                      <Sentence text={because} max={300} />
                    </li>
                  ))}
                </ul>
              </div>
            )}
            <Code label="Settings" text={settingsText(rule)} />
          </div>
        </Sheet>
      )}
    </>
  )
}

/** The rule's line for evenkeel.yaml, with what was set marked. */
export function settingsText(rule: Pick<RuleView, 'id' | 'settings' | 'defaults'>): string {
  const lines = Object.entries(rule.settings).map(([name, value]) => {
    const set = JSON.stringify(value) !== JSON.stringify(rule.defaults[name])
    return `    ${name}: ${JSON.stringify(value)}${set ? `   # default ${JSON.stringify(rule.defaults[name])}` : ''}`
  })
  return ['rules:', `  ${rule.id}:`, ...lines].join('\n')
}
