'use client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { parseAsString, parseAsStringEnum, useQueryStates } from 'nuqs'
import { errorText, get, path, post } from '@/components/frame/api.ts'
import { noChangeBecause, noOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Button } from '@/components/ui/button.tsx'
import { Code } from '@/components/ui/code.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { Facts, Section } from '@/components/ui/page.tsx'
import { Table } from '@/components/ui/table.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { safe, text } from '@/lib/format/format.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import type { PoolDrillView } from '@/lib/model/answers/poolDrill.ts'
import type { AppliedView } from '@/lib/model/answers/proposal.ts'
import { Choice } from './Choice.tsx'
import { EXPECTATIONS, expectationRows } from './expectationRows.tsx'
import { LENGTH_OPTIONS, LENGTH_WORDS, LENGTHS } from './lengths.ts'
import { Planned } from './Planned.tsx'
import { Risks } from './Risks.tsx'

const WAYS = ['drain', 'weight'] as const
const WAY_WORDS: Record<(typeof WAYS)[number], string> = { drain: 'draining', weight: 'a weight of 0' }

const nameOf = ({ target, name }: PoolView) => `${target}/${name}`
const canBe = ({ can }: PoolView, way: (typeof WAYS)[number]) => (way === 'drain' ? can.state : can.weight) === true

/** Pools of which a server can be taken out while others are left. */
export const drillable = (pools: readonly PoolView[]): PoolView[] =>
  pools.filter((pool) => pool.servers.length > 1 && WAYS.some((way) => canBe(pool, way)))

/** "If a server dies": what is expected when a server takes no requests, and a drill that drains it for a while and holds that against what comes. */
export function ServerDrill({ pools }: { pools: readonly PoolView[] }) {
  const [asked, ask] = useQueryStates({
    pool: parseAsString,
    server: parseAsString,
    by: parseAsStringEnum([...WAYS]),
    off: parseAsStringEnum([...LENGTHS]).withDefault('60s'),
  })
  const router = useRouter()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const pool = pools.find((one) => nameOf(one) === asked.pool) ?? pools[0]
  const server = pool?.servers.find(({ name }) => name === asked.server) ?? pool?.servers[0]
  const ways = WAYS.filter((way) => pool && canBe(pool, way))
  const way = ways.find((one) => one === asked.by) ?? ways[0]
  const of = { target: pool?.target ?? '', pool: pool?.name ?? '', server: server?.name ?? '', way, lasts: asked.off }
  const where = path`pools/${of.target}/${of.pool}/drill`
  const plan = useQuery({
    queryKey: ['pools', 'drill', of],
    queryFn: ({ signal }) => get<PoolDrillView>(where, { server: of.server, way, lasts: of.lasts }, signal),
    enabled: pool !== undefined && server !== undefined,
    refetchInterval: 5_000,
    retry: false,
  })
  const start = useMutation({
    mutationFn: () => post<AppliedView>(where, { server: of.server, way, lasts: of.lasts }),
    onSuccess: ({ change }) => router.push(`/changes/${change}`),
    onError: (error) => toast.error('The drill did not start', { description: errorText(error) }),
  })
  if (!pool || !server || !way) return null
  const options = (values: readonly string[]) => values.map((value) => ({ value, label: safe(value, 60) }))
  return (
    <Section
      title="If a server dies"
      note="What would follow if a server of a pool took no requests: from weights, sessions and the response at the loads of the last minutes. Reading this writes nothing."
    >
      <div className="flex flex-wrap items-end gap-3">
        <Choice
          label="Pool"
          value={nameOf(pool)}
          options={options(pools.map(nameOf))}
          onChange={(chosen) => void ask({ pool: chosen, server: null, by: null })}
        />
        <Choice
          label="Server"
          value={server.name}
          options={options(pool.servers.map(({ name }) => name))}
          onChange={(chosen) => void ask({ pool: nameOf(pool), server: chosen })}
        />
        <Choice
          label="Taken out by"
          value={way}
          options={ways.map((value) => ({ value, label: WAY_WORDS[value] }))}
          onChange={(chosen) => void ask({ by: chosen })}
        />
        <Choice label="Out for" value={asked.off} options={LENGTH_OPTIONS} onChange={(chosen) => void ask({ off: chosen })} />
        <Button
          onClick={() => start.mutate()}
          busy={start.isPending}
          disabledBecause={noOperatorBecause(frame, pool.labels) ?? noChangeBecause(frame) ?? (plan.error ? errorText(plan.error) : false)}
        >
          Take {safe(server.name, 30)} out for {LENGTH_WORDS[asked.off]}
        </Button>
      </div>
      <Planned plan={plan}>{(plan) => <Plan plan={plan} />}</Planned>
    </Section>
  )
}

const shareText = (share: number | null) => (share === null ? 'not known' : text(share, 'ratio'))

function Plan({ plan }: { plan: PoolDrillView }) {
  const { line } = plan
  return (
    <div className="mt-3 flex flex-col gap-3">
      <Facts
        facts={[
          ['Takes now', plan.share === null ? 'not known' : <Figure key="share" value={plan.share} unit="ratio" />],
          ['The others get', plan.load === null ? 'not known' : `${text(plan.load, 'factor')} their load`],
          [
            'Slower from',
            line === null ? (
              'not known: too little was seen'
            ) : line.knee ? (
              <span key="knee">
                <Figure value={line.knee.value} unit="perSecond" low={line.knee.low} high={line.knee.high} /> on
              </span>
            ) : (
              `not reached: the most that was seen is ${text(line.most, 'perSecond')}`
            ),
          ],
          [
            'Taken over by',
            plan.others.map(({ server, before, after }) => `${safe(server, 40)} (${shareText(before)} → ${shareText(after)})`).join(', '),
          ],
        ]}
      />
      <Risks risks={plan.risks} />
      <Table
        label="What is expected of the others"
        columns={EXPECTATIONS}
        rows={expectationRows(plan.expects)}
        rowKey={({ id }) => id}
        sticky={false}
        empty="Nothing is expected yet: too little was measured of this pool."
      />
      <p className="max-w-prose text-dim text-sm">
        The drill ends by itself and puts the server back as it was. It ends early when many more requests fail, or answers take three times
        as long. A server that is drained finishes what it has; one that dies does not: its requests fail until its health check sees it.
      </p>
      {plan.commands.length > 0 && <Code text={plan.commands.join('\n')} label="What is sent" />}
    </div>
  )
}
