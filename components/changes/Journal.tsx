'use client'
import { Sentence } from '@/components/ui/sentence.tsx'
import { safe } from '@/lib/format/format.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'

/** The journal of a change: each intent, write and decision, in their order. */
export function Journal({ change }: { change: ChangeView }) {
  return (
    <details className="text-sm">
      <summary className="cursor-pointer text-dim">Journal, {change.journal.length} entries</summary>
      <ol className="mt-2 flex flex-col gap-1">
        {change.journal.map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a journal only grows at its end
          <li key={index} className="grid grid-cols-[max-content_6.5rem_minmax(0,1fr)] gap-x-3">
            <time dateTime={entry.at} className="text-dim tabular">
              {entry.at.slice(11, 23)}
            </time>
            <span className="text-change-text">{entry.what.replace('_', ' ')}</span>
            <span className="[overflow-wrap:anywhere]">
              <Sentence text={entry.text} max={300} />
              {entry.by ? <span className="text-dim"> ({safe(entry.by, 60)})</span> : null}
            </span>
          </li>
        ))}
      </ol>
    </details>
  )
}
