'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { errorText, path, remove } from '@/components/frame/api.ts'
import { useClock } from '@/components/frame/live.tsx'
import { usePages } from '@/components/frame/usePages.ts'
import { Button } from '@/components/ui/button.tsx'
import { More } from '@/components/ui/more.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { ago, duration, labelsText, safe } from '@/lib/format/format.ts'
import type { DeliveryView, ReceiverView } from '@/lib/model/answers/delivery.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import type { SilenceView } from '@/lib/model/answers/silence.ts'
import { FATE } from './fate.ts'
import { Receivers } from './Receivers.tsx'
import { ThisBrowser } from './ThisBrowser.tsx'

type Props = { deliveries: Page<DeliveryView>; silences: Page<SilenceView>; receivers: Page<ReceiverView> }

/** Receivers of notices, what was sent and what came back, and what is muted. */
export function AlertsPage({ deliveries, silences, receivers }: Props) {
  return (
    <>
      <PageHead title="Alerts" lead="Findings that need a person reach the page at once, and these receivers." />
      <ThisBrowser />
      <Receivers initial={receivers} />
      <Silences initial={silences} />
      <Deliveries initial={deliveries} />
    </>
  )
}

function Silences({ initial }: { initial: Page<SilenceView> }) {
  const client = useQueryClient()
  const now = useClock(5_000)
  // Those that are over are left out here, so the list is read whole.
  const list = usePages<SilenceView>(['silences'], 'silences', { initialData: initial, everyMs: 10_000, all: true })
  const end = useMutation({
    mutationFn: (id: string) => remove(path`silences/${id}`),
    onError: (error) => toast.error('The silence stays', { description: errorText(error) }),
    onSettled: () => void client.invalidateQueries({ queryKey: ['silences'] }),
  })
  const active = list.items.filter((silence) => silence.active)
  return (
    <Section title="Silences" note={active.length === 0 ? 'Nothing is muted.' : undefined} flush>
      {active.length > 0 && (
        <Table
          label="Silences"
          sticky={false}
          rows={active}
          rowKey={(silence) => silence.id}
          columns={[
            { id: 'match', head: 'What', grow: true, cell: (silence) => labelsText(silence.match) },
            { id: 'reason', head: 'Why', from: 'md', cell: (silence) => <span className="text-dim">{safe(silence.reason, 80)}</span> },
            { id: 'by', head: 'By', from: 'lg', cell: (silence) => <span className="text-dim">{safe(silence.by, 40)}</span> },
            { id: 'until', head: 'Ends in', right: true, cell: (silence) => (now ? duration(Date.parse(silence.until) - now) : '') },
            {
              id: 'end',
              head: '',
              cell: (silence) => (
                <Button look="ghost" onClick={() => end.mutate(silence.id)} busy={end.isPending && end.variables === silence.id}>
                  End it
                </Button>
              ),
            },
          ]}
        />
      )}
    </Section>
  )
}

function Deliveries({ initial }: { initial: Page<DeliveryView> }) {
  const now = useClock(5_000)
  const list = usePages<DeliveryView>(['deliveries'], 'deliveries', { initialData: initial, everyMs: 5_000 })
  const columns: Column<DeliveryView>[] = [
    { id: 'state', head: 'Fate', cell: (delivery) => <Status tone={FATE[delivery.state]}>{delivery.state}</Status> },
    { id: 'status', head: 'Notice', cell: (delivery) => delivery.status },
    { id: 'receiver', head: 'To', cell: (delivery) => `${safe(delivery.receiver, 60)} (${delivery.channel})` },
    {
      id: 'answer',
      head: 'What came back',
      grow: true,
      from: 'md',
      cell: (delivery) => <span className="text-dim">{safe(delivery.reason ?? '', 160)}</span>,
    },
    { id: 'attempts', head: 'Tries', right: true, from: 'sm', cell: (delivery) => delivery.attempts },
    { id: 'at', head: 'When', right: true, from: 'sm', cell: (delivery) => (now ? ago(Date.parse(delivery.at), now) : '') },
  ]
  return (
    <Section title="Deliveries" note={list.items.length === 0 ? 'Nothing has been sent yet.' : undefined} flush>
      {list.items.length > 0 && (
        <Table label="Deliveries" sticky={false} columns={columns} rows={list.items} rowKey={(delivery) => delivery.id} />
      )}
      <More list={list} />
    </Section>
  )
}
