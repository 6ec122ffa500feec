'use client'
import { Figure } from '@/components/ui/figure.tsx'
import { labelsText, safe } from '@/lib/format/format.ts'
import type { Evidence } from '@/lib/model/finding.ts'

/** Every number of a finding beside what it is held against. */
export function EvidenceList({ evidence }: { evidence: Evidence[]; since: number }) {
  return (
    <ul className="divide-y divide-line rounded border border-line">
      {evidence.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: evidence is an ordered list without names
        <li key={index} className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 px-3 py-2 text-sm">
          <span className="min-w-0 flex-1 basis-56 [overflow-wrap:anywhere]">{safe(one.label, 200)}</span>
          <Figure value={one.value} unit={one.unit} low={one.low} high={one.high} className="font-medium" />
          {one.baseline !== undefined && (
            <span className="text-dim">
              before or elsewhere <Figure value={one.baseline} unit={one.unit} />
            </span>
          )}
          {one.threshold !== undefined && (
            <span className="text-dim">
              threshold <Figure value={one.threshold} unit={one.unit} />
            </span>
          )}
          <span className="w-full text-dim text-xs">
            <code className="font-mono">{one.metric}</code> of {labelsText(one.where)}
            {one.method ? `, ${one.method}` : ''}
          </span>
        </li>
      ))}
    </ul>
  )
}
