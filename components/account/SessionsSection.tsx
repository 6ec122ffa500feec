'use client'
import { Ago } from '@/components/frame/Ago.tsx'
import { errorText, path, remove } from '@/components/frame/api.ts'
import { Badge } from '@/components/ui/badge.tsx'
import { Button } from '@/components/ui/button.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Table } from '@/components/ui/table.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { safe } from '@/lib/format/format.ts'
import type { AccountView } from '@/lib/model/answers/account.ts'
import { browserWords } from './browserWords.ts'
import { useVerb } from './useVerb.ts'

export function SessionsSection({ account: { sessions } }: { account: AccountView }) {
  const end = useVerb((id: string | null) =>
    remove(id === null ? 'session/sessions' : path`session/sessions/${id}`).catch((failure: unknown) => {
      toast.error('Not ended', { description: errorText(failure) })
    }),
  )
  return (
    <Section
      title="Sessions"
      note="Where you are signed in."
      flush
      actions={
        <Button onClick={() => end.mutate(null)} disabledBecause={sessions.length < 2 && 'You are signed in nowhere else'}>
          Sign out everywhere else
        </Button>
      }
    >
      <Table
        label="Sessions"
        sticky={false}
        rows={sessions}
        rowKey={(session) => session.id}
        columns={[
          {
            id: 'agent',
            head: 'Browser',
            grow: true,
            cell: ({ agent, here }) => (
              <span title={safe(agent, 200)}>
                {safe(browserWords(agent), 60)} {here && <Badge>this one</Badge>}
              </span>
            ),
          },
          { id: 'from', head: 'From', cell: ({ from }) => <span className="font-mono text-xs">{safe(from ?? 'unknown', 45)}</span> },
          { id: 'began', head: 'Signed in', from: 'sm', cell: ({ createdAt }) => <Ago at={createdAt} /> },
          { id: 'used', head: 'Last use', from: 'sm', cell: ({ usedAt }) => <Ago at={usedAt} /> },
          {
            id: 'end',
            head: '',
            cell: ({ id, here }) => (
              <Button look="danger" onClick={() => end.mutate(id)} disabledBecause={here && 'Sign out in the menu at the top right'}>
                End
              </Button>
            ),
          },
        ]}
      />
    </Section>
  )
}
