'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { errorText, path, post } from '@/components/frame/api.ts'
import { useClock } from '@/components/frame/live.tsx'
import { noOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { usePages } from '@/components/frame/usePages.ts'
import { Button } from '@/components/ui/button.tsx'
import { Empty } from '@/components/ui/empty.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { ago, safe } from '@/lib/format/format.ts'
import type { ReceiverView, TestedView } from '@/lib/model/answers/delivery.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { EditButton } from './edit/EditButton.tsx'
import { FATE } from './fate.ts'
import { tellFate } from './tellFate.ts'

const EXAMPLE = `receivers:
  - { name: ops, slack: { url_file: /run/secrets/slack } }
routes:
  - { match: { severity: critical }, to: [ops] }`

/** Every receiver with its channels, what became of the last notice of each, and a test. */
export function Receivers({ initial }: { initial: Page<ReceiverView> }) {
  const client = useQueryClient()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame')
  const list = usePages<ReceiverView>(['receivers'], 'receivers', { initialData: initial, everyMs: 5_000, all: true })
  const test = useMutation({
    mutationFn: (name: string) => post<TestedView>(path`receivers/${name}/test`),
    onSuccess: ({ deliveries }, name) => tellFate(name, deliveries),
    onError: (error) => toast.error('No test sent', { description: errorText(error) }),
    onSettled: () => {
      for (const key of ['deliveries', 'receivers']) void client.invalidateQueries({ queryKey: [key] })
    },
  })
  const columns: Column<ReceiverView>[] = [
    { id: 'name', head: 'Name', cell: (receiver) => safe(receiver.name, 80) },
    { id: 'channels', head: 'Channels, and the last notice of each', grow: true, cell: (receiver) => <Channels receiver={receiver} /> },
    {
      id: 'test',
      head: '',
      cell: (receiver) => (
        <Button
          onClick={() => test.mutate(receiver.name)}
          busy={test.isPending && test.variables === receiver.name}
          disabledBecause={noOperatorBecause(frame)}
        >
          Send a test
        </Button>
      ),
    },
  ]
  return (
    <Section title="Receivers" actions={<EditButton />} flush>
      <Table
        label="Receivers"
        sticky={false}
        rows={list.items}
        rowKey={(receiver) => receiver.name}
        columns={columns}
        empty={
          <Empty title="No receivers yet" config={EXAMPLE}>
            <p>
              A receiver hears when a finding fires and when it resolves: by mail, chat, phone, an on-call service or a program of your own.
            </p>
          </Empty>
        }
      />
    </Section>
  )
}

function Channels({ receiver }: { receiver: ReceiverView }) {
  const now = useClock(5_000)
  return (
    <ul className="flex flex-col gap-0.5 py-1">
      {receiver.channels.map((channel) => {
        const last = receiver.last.find((delivery) => delivery.channel === channel)
        return (
          <li key={channel} className="flex flex-wrap items-baseline gap-x-3">
            <span className="w-24">{channel}</span>
            {last ? <Status tone={FATE[last.state]}>{last.state}</Status> : <span className="text-dim">nothing sent yet</span>}
            {last && (
              <span className="text-dim">
                {[safe(last.reason ?? '', 120), now ? ago(Date.parse(last.at), now) : ''].filter(Boolean).join(', ')}
              </span>
            )}
          </li>
        )
      })}
    </ul>
  )
}
