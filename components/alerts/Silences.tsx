import { useState } from 'react'
import { useClock } from '@/components/frame/live.tsx'
import { nowhereOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { usePages } from '@/components/frame/usePages.ts'
import { Button } from '@/components/ui/button.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Table } from '@/components/ui/table.tsx'
import { duration, safe } from '@/lib/format/format.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import type { SilenceView } from '@/lib/model/answers/silence.ts'
import { SilenceDialog } from './SilenceDialog.tsx'
import { useEndSilence } from './useEndSilence.ts'

/** What is muted, and what will be. */
export function Silences({ initial }: { initial: Page<SilenceView> }) {
  const now = useClock(5_000)
  const [editing, setEditing] = useState<SilenceView | 'new' | null>(null)
  const { data: frame } = useApi<FrameView>(['frame'], 'frame')
  // Those that are over are left out here, so the list is read whole.
  const list = usePages<SilenceView>(['silences'], 'silences', { initialData: initial, everyMs: 10_000, all: true })
  const end = useEndSilence()
  const open = list.items.filter(({ active, from }) => active || (now > 0 && Date.parse(from) > now))
  const noRole = nowhereOperatorBecause(frame)
  return (
    <Section
      title="Silences"
      note={open.length === 0 ? 'Nothing is muted, now or ahead of time.' : undefined}
      actions={
        <Button onClick={() => setEditing('new')} disabledBecause={noRole}>
          New silence…
        </Button>
      }
      flush
    >
      {open.length > 0 && (
        <Table
          label="Silences"
          sticky={false}
          rows={open}
          rowKey={(silence) => silence.id}
          columns={[
            {
              id: 'match',
              head: 'What',
              grow: true,
              cell: (silence) => (
                <>
                  <span className="font-mono text-xs">{safe(silence.matchers.join('  '), 200)}</span>
                  <span className="block text-dim text-xs sm:hidden">{now ? whenWords(silence, now) : ''}</span>
                </>
              ),
            },
            { id: 'reason', head: 'Why', from: 'md', cell: (silence) => <span className="text-dim">{safe(silence.reason, 80)}</span> },
            { id: 'by', head: 'By', from: 'lg', cell: (silence) => <span className="text-dim">{safe(silence.by, 40)}</span> },
            { id: 'until', head: 'When', right: true, from: 'sm', cell: (silence) => (now ? whenWords(silence, now) : '') },
            {
              id: 'verbs',
              head: '',
              cell: (silence) => (
                <span className="flex gap-1">
                  <Button look="ghost" onClick={() => setEditing(silence)} disabledBecause={noRole}>
                    Change…
                  </Button>
                  <Button
                    look="ghost"
                    onClick={() => end.mutate(silence.id)}
                    busy={end.isPending && end.variables === silence.id}
                    disabledBecause={noRole}
                  >
                    End it
                  </Button>
                </span>
              ),
            },
          ]}
        />
      )}
      {editing && (
        <SilenceDialog
          silence={editing === 'new' ? undefined : editing}
          matchers={editing === 'new' ? [] : editing.matchers}
          onClose={() => setEditing(null)}
        />
      )}
    </Section>
  )
}

function whenWords({ active, from, until }: SilenceView, now: number): string {
  if (active) return `ends in ${duration(Date.parse(until) - now)}`
  return `begins in ${duration(Date.parse(from) - now)}, for ${duration(Date.parse(until) - Date.parse(from))}`
}
