'use client'
import { BalanceStrip } from '@/components/charts/BalanceStrip.tsx'
import { Here } from '@/components/findings/Here.tsx'
import { Ago } from '@/components/frame/Ago.tsx'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { SeriesChart } from '@/components/series/SeriesChart.tsx'
import { Badge } from '@/components/ui/badge.tsx'
import { Empty, Failure } from '@/components/ui/empty.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { Readings } from '@/components/ui/readings.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { followersWord } from '@/lib/format/followers.ts'
import { safe } from '@/lib/format/format.ts'
import type { RingView } from '@/lib/model/answers/ring.ts'
import { WhatIfPanel } from './WhatIfPanel.tsx'
import { ringParts } from './words.ts'

type Follower = RingView['followers'][number]
const FOLLOWERS: Column<Follower>[] = [
  { id: 'name', head: 'Follower', sort: (f) => f.name, cell: (f) => safe(f.name, 60), grow: true },
  { id: 'version', head: 'Version', right: true, sort: (f) => f.version, cell: (f) => f.version },
  { id: 'seen', head: 'Reported', right: true, cell: (f) => <Ago at={f.seenAt} className="text-dim" /> },
  { id: 'fresh', head: 'State', cell: (f) => <Status tone={f.fresh ? 'ok' : 'warning'}>{f.fresh ? 'follows' : 'silent'}</Status> },
]

/** The page of a ring: shares of keys and reads, followers, and a what-if of its points. */
export function RingPage({ name, initialData }: { name: string; initialData: RingView }) {
  const { data: ring = initialData } = useApi<RingView>(['rings', name], path`rings/${name}`, { initialData, everyMs: 2_000 })
  const followers = followersWord(ring)
  const where = { ring: name }
  return (
    <>
      <PageHead
        title={safe(name, 120)}
        lead={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Badge>{ring.algorithm}</Badge>
            <span>version {ring.version}</span>
            {ring.control && (
              <span>
                document <span className="font-mono text-xs">{safe(ring.control.key, 80)}</span> on{' '}
                <Go href={path`/targets/${ring.control.target}`} className={linkLook}>
                  {safe(ring.control.target, 60)}
                </Go>
              </span>
            )}
            <Status tone={followers.tone}>{followers.word}</Status>
          </span>
        }
      >
        <Readings
          readings={[
            { label: 'Imbalance', value: ring.imbalance, unit: 'factor' },
            { label: 'of the keys alone', value: ring.imbalanceOwned, unit: 'factor' },
            { label: 'Reads', value: ring.readsPerSecond, unit: 'perSecond' },
            { label: 'Hit ratio', value: ring.hitRatio, unit: 'ratio' },
          ]}
        />
      </PageHead>
      {ring.error && (
        <Failure
          tried="The ring's document could not be read."
          answer={safe(ring.error, 400)}
          todo="Followers keep the last one they read."
        />
      )}
      <div className="px-4 py-2">
        <BalanceStrip parts={ringParts(ring)} width={360} thick={10} label={`Balance of ${safe(name, 60)}`} />
      </div>
      <Here about={where} />
      <WhatIfPanel ring={ring} />
      <div className="grid gap-x-6 gap-y-5 px-4 py-4 lg:grid-cols-2">
        <SeriesChart title="Share of the reads" ask="ring_share_seen" unit="ratio" where={where} name={(labels) => labels.node ?? ''} />
        <SeriesChart title="Share of the keys" ask="ring_share_owned" unit="ratio" where={where} name={(labels) => labels.node ?? ''} />
      </div>
      <Section flush title="Followers" note="Applications that read the document and say so.">
        <Table
          label="Followers"
          sticky={false}
          columns={FOLLOWERS}
          rows={ring.followers}
          rowKey={(f) => f.name}
          empty={
            <Empty title="Nobody reports">
              Applications that follow the document report themselves beside it every few seconds. Without a report nothing proves who
              follows; the client in <code className="font-mono">client/</code> does it.
            </Empty>
          }
        />
      </Section>
    </>
  )
}
