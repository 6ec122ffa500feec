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
import { Status } from '@/components/ui/status.tsx'
import { Table } from '@/components/ui/table.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { duration, safe } from '@/lib/format/format.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { AppliedView } from '@/lib/model/answers/proposal.ts'
import type { RingView } from '@/lib/model/answers/ring.ts'
import type { RingDrillView } from '@/lib/model/answers/ringDrill.ts'
import { Choice } from './Choice.tsx'
import { EXPECTATIONS, expectationRows } from './expectationRows.tsx'
import { LENGTH_OPTIONS, LENGTH_WORDS, LENGTHS } from './lengths.ts'
import { Planned } from './Planned.tsx'
import { Risks } from './Risks.tsx'

/** "If this cache dies": what is expected when a node leaves its ring, and a drill that takes it out for a while and holds that against what comes. */
export function NodeDrill({ rings }: { rings: readonly RingView[] }) {
  const [asked, ask] = useQueryStates({
    ring: parseAsString,
    node: parseAsString,
    lasts: parseAsStringEnum([...LENGTHS]).withDefault('60s'),
  })
  const router = useRouter()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const ring = rings.find(({ name }) => name === asked.ring) ?? rings[0]
  const node = ring?.nodes.find(({ name }) => name === asked.node) ?? ring?.nodes[0]
  const of = { ring: ring?.name ?? '', node: node?.name ?? '', lasts: asked.lasts }
  const plan = useQuery({
    queryKey: ['rings', 'drill', of],
    queryFn: ({ signal }) => get<RingDrillView>(path`rings/${of.ring}/drill`, { node: of.node, lasts: of.lasts }, signal),
    enabled: ring !== undefined && node !== undefined,
    refetchInterval: 5_000,
    retry: false,
  })
  const start = useMutation({
    mutationFn: () => post<AppliedView>(path`rings/${of.ring}/drill`, { node: of.node, lasts: of.lasts }),
    onSuccess: ({ change }) => router.push(`/changes/${change}`),
    onError: (error) => toast.error('The drill did not start', { description: errorText(error) }),
  })
  if (!ring || !node) return null
  return (
    <Section
      title="If a cache dies"
      note="What would follow if a node left its ring: from the ring, the hits and the rates of the last minute. Reading this writes nothing."
    >
      <div className="flex flex-wrap items-end gap-3">
        <Choice
          label="Ring"
          value={ring.name}
          options={rings.map(({ name }) => ({ value: name, label: safe(name, 60) }))}
          onChange={(chosen) => void ask({ ring: chosen, node: null })}
        />
        <Choice
          label="Node"
          value={node.name}
          options={ring.nodes.map(({ name }) => ({ value: name, label: safe(name, 60) }))}
          onChange={(chosen) => void ask({ ring: ring.name, node: chosen })}
        />
        <Choice label="Away for" value={asked.lasts} options={LENGTH_OPTIONS} onChange={(chosen) => void ask({ lasts: chosen })} />
        <Button
          onClick={() => start.mutate()}
          busy={start.isPending}
          disabledBecause={
            noOperatorBecause(frame, ring.labels) ??
            noChangeBecause(frame) ??
            (plan.error ? errorText(plan.error) : (plan.data?.wait ?? false))
          }
        >
          Take {safe(node.name, 30)} out for {LENGTH_WORDS[asked.lasts]}
        </Button>
      </div>
      <Planned plan={plan}>{(plan) => <Plan plan={plan} />}</Planned>
    </Section>
  )
}

function Plan({ plan }: { plan: RingDrillView }) {
  const { originPerSecond: origin, warmMs } = plan
  return (
    <div className="mt-3 flex flex-col gap-3">
      {plan.wait && (
        <p>
          <Status tone="warning">{plan.wait}</Status>
        </p>
      )}
      <Facts
        facts={[
          ['Owns', <Figure key="owns" value={plan.owned} unit="ratio" />],
          [
            'The origin gets',
            origin ? (
              <span key="origin">
                <Figure value={origin.value} unit="perSecond" low={origin.low} high={origin.high} /> more at first
              </span>
            ) : (
              'not known: its hits are not measured'
            ),
          ],
          ['Warm again after', warmMs ? `${duration(warmMs.low)} to ${duration(warmMs.high)}` : 'not known'],
          [
            'Taken over by',
            plan.heirs.map(({ node, share }) => `${safe(node, 40)} (${(share * 100).toFixed(1)} % of the keys)`).join(', ') || 'nobody',
          ],
        ]}
      />
      <Risks risks={plan.risks} />
      <Table
        label="What is expected"
        columns={EXPECTATIONS}
        rows={expectationRows(plan.expects)}
        rowKey={({ id }) => id}
        sticky={false}
        empty="Nothing is expected yet: too little was measured of this ring."
      />
      <p className="max-w-prose text-dim text-sm">
        The drill takes the node out by the ring's control document, ends by itself, puts its points back, and ends early when many more
        requests fail. Its keys are asked elsewhere meanwhile: coming back, it may serve values that were written before.
      </p>
      {plan.commands.length > 0 && <Code text={plan.commands.join('\n')} label="What is sent" />}
    </div>
  )
}
