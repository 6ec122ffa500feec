'use client'
import { Here } from '@/components/findings/Here.tsx'
import { path } from '@/components/frame/api.ts'
import { Go } from '@/components/frame/Go.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { Badge } from '@/components/ui/badge.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { Readings } from '@/components/ui/readings.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import { PoolAbout } from './PoolAbout.tsx'
import { PoolCharts } from './PoolCharts.tsx'
import { serverColumns } from './serverColumns.tsx'
import { useLastChange } from './useLastChange.ts'
import { WeightsAsCode } from './WeightsAsCode.tsx'
import { isSaid } from './words.ts'

/** One pool: its strip, what is wrong here and what would mend it, its servers, and how they behave over time. */
export function PoolPage({ target, name, initialData }: { target: string; name: string; initialData: PoolView }) {
  const { data: pool = initialData } = useApi<PoolView>(['pools', target, name], path`pools/${target}/${name}`, {
    initialData,
    everyMs: 2_000,
  })
  const where = { target, pool: name }
  const changedAt = useLastChange(where)
  return (
    <>
      <PageHead
        title={
          <>
            <Go href={path`/targets/${target}`} className="text-dim underline decoration-line-strong underline-offset-2 hover:text-accent">
              {safe(target, 60)}/
            </Go>
            {safe(name, 80)}
          </>
        }
        lead={
          <span className="flex flex-wrap items-center gap-x-3">
            <Badge>{safe(pool.algorithm, 60)}</Badge>
            <span>
              <Sentence
                text={pool.can.weight === true ? 'takes weights live' : `takes no weights live: ${pool.can.weight.because}`}
                max={400}
              />
            </span>
          </span>
        }
      >
        <Readings
          readings={[
            { label: 'Requests', value: pool.requestsPerSecond, unit: 'perSecond' },
            { label: 'Mean response', value: pool.responseSeconds, unit: 'seconds' },
            { label: 'Errors', value: pool.errorRatio, unit: 'ratio' },
          ]}
        />
      </PageHead>
      <PoolAbout pool={pool} changedAt={changedAt} />
      <Here about={where} />
      <Section flush title="Servers">
        {pool.serversBecause && (
          <p className="px-4 pb-1 text-dim text-xs">
            There may be others{isSaid(pool, pool.serversBecause) ? ', as said above' : ': '}
            {!isSaid(pool, pool.serversBecause) && <Sentence text={pool.serversBecause} max={300} />}.
          </p>
        )}
        <Table
          label="Servers"
          main
          hold
          sticky={false}
          columns={serverColumns(pool, changedAt !== null)}
          rows={pool.servers}
          rowKey={(s) => s.name}
        />
      </Section>
      {pool.can.weight !== true && pool.can.weight.asCode && <WeightsAsCode pool={pool} />}
      <PoolCharts target={target} name={name} />
    </>
  )
}
