'use client'
import { Moment } from '@/components/frame/Ago.tsx'
import { Code } from '@/components/ui/code.tsx'
import { Facts } from '@/components/ui/page.tsx'
import { Sheet } from '@/components/ui/sheet.tsx'
import { Status } from '@/components/ui/status.tsx'
import { safe } from '@/lib/format/format.ts'
import { type AuditEntry, canonical } from '@/lib/model/audit.ts'
import { actorWords, kindWords, outcomeTone } from './words.ts'

/** One entry whole, as it was recorded and as it is exported. */
export function EntrySheet({ entry, onClose }: { entry: AuditEntry; onClose: () => void }) {
  return (
    <Sheet title={`${kindWords(entry.what)}, entry ${entry.seq}`} lead={<Moment at={entry.at} />} onClose={onClose}>
      <Facts
        facts={[
          [
            'Outcome',
            <Status key="outcome" tone={outcomeTone[entry.outcome] ?? 'info'}>
              {entry.outcome}
            </Status>,
          ],
          ['Who', safe(actorWords(entry), 200)],
          ['Known as', entry.how],
          ['From', entry.from === null ? 'no address is known' : safe(entry.from, 64)],
          entry.about !== '' && ['On', safe(entry.about, 300)],
          ...Object.entries(entry.detail).map(([name, value]) => [safe(name, 40), safe(value, 400)] as const),
        ]}
      />
      <p className="mt-4 mb-1 text-dim text-sm">
        As it is exported: the hash is the SHA-256 of this line without it, and covers the entry before.
      </p>
      <Code text={canonical(entry)} label="The entry as it is exported" />
    </Sheet>
  )
}
