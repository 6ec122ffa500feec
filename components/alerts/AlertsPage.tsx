'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { errorText, path, post, remove } from '@/components/frame/api.ts'
import { useClock } from '@/components/frame/live.tsx'
import { notify } from '@/components/frame/useEvents.ts'
import { usePages } from '@/components/frame/usePages.ts'
import { Button } from '@/components/ui/button.tsx'
import { Empty } from '@/components/ui/empty.tsx'
import { More } from '@/components/ui/more.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { ago, duration, labelsText, safe } from '@/lib/format/format.ts'
import type { DeliveryView } from '@/lib/model/answers/delivery.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import type { SilenceView } from '@/lib/model/answers/silence.ts'

type Receiver = { name: string; channels: string[] }
type Props = { deliveries: Page<DeliveryView>; silences: Page<SilenceView>; receivers: Receiver[] }

/** Receivers of notices, what was sent and what came back, and what is muted. */
export function AlertsPage({ deliveries, silences, receivers }: Props) {
  return (
    <>
      <PageHead title="Alerts" lead="Findings that need a person reach the page at once, and these receivers." />
      <ThisBrowser />
      <Receivers receivers={receivers} />
      <Silences initial={silences} />
      <Deliveries initial={deliveries} />
    </>
  )
}

type Permission = NotificationPermission | 'absent'
const PERMISSION: Record<Permission, string> = {
  granted: 'It tells you of findings and verdicts while this page is open but out of sight.',
  default: 'It may tell you of findings and verdicts while this page is open but out of sight.',
  denied: 'Notifications of this address are blocked: the browser’s own settings of the site allow them again.',
  absent: 'It has no notifications, or shows them on encrypted pages alone (https, or localhost).',
}

/** Whether this browser may speak up. Known in the browser alone, so nothing is drawn on the server. */
function ThisBrowser() {
  const [permission, setPermission] = useState<Permission | null>(null)
  useEffect(() => setPermission('Notification' in window ? Notification.permission : 'absent'), [])
  return (
    <Section title="This browser">
      <div className="flex min-h-8 flex-wrap items-center gap-3 text-sm">
        {permission && (
          <Status tone={permission === 'granted' ? 'ok' : 'info'}>
            {permission === 'granted' ? 'notifies' : permission === 'default' ? 'does not notify yet' : 'does not notify'}
          </Status>
        )}
        <span className="text-dim">{permission && PERMISSION[permission]}</span>
        {permission === 'default' && (
          <Button onClick={() => void Notification.requestPermission().then(setPermission)}>Let it notify you</Button>
        )}
        {permission === 'granted' && (
          <Button onClick={() => notify('A test', 'Findings and verdicts come like this.', '/alerts')}>Show one</Button>
        )}
      </div>
    </Section>
  )
}

function Receivers({ receivers }: { receivers: Receiver[] }) {
  const client = useQueryClient()
  const test = useMutation({
    mutationFn: (name: string) => post(path`receivers/${name}/test`),
    onSuccess: (_answer, name) => toast(`A test notice is on its way to ${name}`),
    onError: (error) => toast.error('No test sent', { description: errorText(error) }),
    onSettled: () => void client.invalidateQueries({ queryKey: ['deliveries'] }),
  })
  return (
    <Section title="Receivers" flush>
      <Table
        label="Receivers"
        sticky={false}
        rows={receivers}
        rowKey={(receiver) => receiver.name}
        columns={[
          { id: 'name', head: 'Name', grow: true, cell: (receiver) => safe(receiver.name, 80) },
          { id: 'channels', head: 'Channel', cell: (receiver) => <span className="text-dim">{receiver.channels.join(', ')}</span> },
          {
            id: 'test',
            head: '',
            cell: (receiver) => (
              <Button onClick={() => test.mutate(receiver.name)} busy={test.isPending && test.variables === receiver.name}>
                Send a test
              </Button>
            ),
          },
        ]}
        empty={
          <Empty
            title="No receivers yet"
            config={
              'receivers:\n  - { name: ops, webhook: { url: "http://127.0.0.1:9000/hook", secret_file: /run/secrets/hook } }\nroutes:\n  - { match: { severity: critical }, to: [ops], group: [target], wait: 10s, repeat: 4h }'
            }
          >
            <p>A receiver gets a signed webhook in Alertmanager's form, or a Slack message, when a finding fires and when it resolves.</p>
          </Empty>
        }
      />
    </Section>
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

const FATE = { queued: 'info', delivered: 'ok', failed: 'critical' } as const

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
      cell: (delivery) => <span className="text-dim">{safe(delivery.answer ?? '', 160)}</span>,
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
