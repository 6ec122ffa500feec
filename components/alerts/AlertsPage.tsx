'use client'
import { useClock } from '@/components/frame/live.tsx'
import { usePages } from '@/components/frame/usePages.ts'
import { More } from '@/components/ui/more.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { ago, safe } from '@/lib/format/format.ts'
import type { DeliveryView, ReceiverView } from '@/lib/model/answers/delivery.ts'
import type { HeartbeatView } from '@/lib/model/answers/heartbeat.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import type { SilenceView } from '@/lib/model/answers/silence.ts'
import { FATE } from './fate.ts'
import { Heartbeat } from './Heartbeat.tsx'
import { Receivers } from './Receivers.tsx'
import { Shadow } from './Shadow.tsx'
import { Silences } from './Silences.tsx'
import { ThisBrowser } from './ThisBrowser.tsx'
import { WhereTo } from './WhereTo.tsx'

type Props = {
  deliveries: Page<DeliveryView>
  silences: Page<SilenceView>
  receivers: Page<ReceiverView>
  heartbeat: HeartbeatView
  rules: string[]
  targets: string[]
}

/** Receivers of notices, where a finding would go, what is muted, what was sent and what came back. */
export function AlertsPage({ deliveries, silences, receivers, heartbeat, rules, targets }: Props) {
  return (
    <>
      <PageHead title="Alerts" lead="Findings that need a person reach the page at once, and these receivers." />
      <ThisBrowser />
      <Receivers initial={receivers} />
      <WhereTo rules={rules} targets={targets} />
      <Silences initial={silences} />
      <Shadow />
      <Heartbeat initial={heartbeat} />
      <Deliveries initial={deliveries} />
    </>
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
