'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { parseAsString, parseAsStringEnum, useQueryStates } from 'nuqs'
import { errorText, get, path, post, remove } from '@/components/frame/api.ts'
import { nowhereOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Button } from '@/components/ui/button.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Status, type Tone } from '@/components/ui/status.tsx'
import { Table } from '@/components/ui/table.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { duration, safe } from '@/lib/format/format.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { HandDrillView, HandPlanView } from '@/lib/model/answers/handDrill.ts'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import type { RingView } from '@/lib/model/answers/ring.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { type Ref, refText } from '@/lib/model/ref.ts'
import { Choice } from './Choice.tsx'
import { EXPECTATIONS, expectationRows, OUTCOME } from './expectationRows.tsx'
import { LENGTH_OPTIONS, LENGTHS } from './lengths.ts'
import { Planned } from './Planned.tsx'
import { Risks } from './Risks.tsx'

type Thing = { value: string; label: string }

/** What a person may stop: nodes of rings that are watched themselves, and servers of pools. */
export function stoppableThings(rings: readonly RingView[], pools: readonly PoolView[]): Thing[] {
  const thing = (ref: Ref, label: string) => ({ value: refText(ref), label: safe(label, 80) })
  return [
    ...rings.flatMap(({ name: ring, nodes }) =>
      nodes.filter(({ target }) => target).map(({ name: node }) => thing({ ring, node }, `${node} of ${ring}`)),
    ),
    ...pools
      .filter(({ servers }) => servers.length > 1)
      .flatMap(({ target, name: pool, servers }) =>
        servers.map(({ name: server }) => thing({ target, pool, server }, `${server} of ${target}/${pool}`)),
      ),
  ]
}

/** "I stop it myself": what is expected, then what Evenkeel saw by itself; it writes nothing. */
export function HandDrill({ things }: { things: readonly Thing[] }) {
  const [asked, ask] = useQueryStates({ thing: parseAsString, stays: parseAsStringEnum([...LENGTHS]).withDefault('60s') })
  const client = useQueryClient()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const { data: done } = useApi<Page<HandDrillView>>(['hand-drills'], 'hand-drills', { everyMs: 2_000 })
  const chosen = things.find(({ value }) => value === asked.thing) ?? things[0]
  const of = { thing: chosen?.value ?? '', lasts: asked.stays }
  const plan = useQuery({
    queryKey: ['hand-drills', 'plan', of],
    queryFn: ({ signal }) => get<HandPlanView>(path`hand-drills/plan/${of.thing}`, { lasts: of.lasts }, signal),
    enabled: chosen !== undefined,
    refetchInterval: 5_000,
    retry: false,
  })
  const start = useMutation({
    mutationFn: () => post<HandDrillView>('hand-drills', of),
    onError: (error) => toast.error('It is not awaited', { description: errorText(error) }),
    onSettled: () => void client.invalidateQueries({ queryKey: ['hand-drills'] }),
  })
  if (!chosen) return null
  return (
    <Section
      title="By your own hand"
      note="You stop it, Evenkeel writes nothing: it notices that it went, holds what was expected against what comes, and notices its return."
    >
      <div className="flex flex-wrap items-end gap-3">
        <Choice label="What you stop" value={chosen.value} options={things} onChange={(chosen) => void ask({ thing: chosen })} />
        <Choice label="Watched for" value={asked.stays} options={LENGTH_OPTIONS} onChange={(chosen) => void ask({ stays: chosen })} />
        <Button
          onClick={() => start.mutate()}
          busy={start.isPending}
          disabledBecause={nowhereOperatorBecause(frame) ?? (plan.error ? errorText(plan.error) : false)}
        >
          I stop it now
        </Button>
      </div>
      <Planned plan={plan}>
        {(plan) => (
          <div className="mt-3 flex flex-col gap-3">
            <Risks risks={plan.risks} />
            <Table
              label="What is expected when you stop it"
              columns={EXPECTATIONS}
              rows={expectationRows(plan.expects)}
              rowKey={({ id }) => id}
              sticky={false}
              empty="Nothing is expected yet: too little was measured of it."
            />
          </div>
        )}
      </Planned>
      <ul className="mt-3 flex flex-col gap-4">
        {done?.items.slice(0, 5).map((drill) => (
          <Done key={drill.id} drill={drill} />
        ))}
      </ul>
    </Section>
  )
}

const STATES: Record<HandDrillView['state'], { tone: Tone; words: string }> = {
  waiting: { tone: 'change', words: 'waiting for it to go: stop it now' },
  away: { tone: 'change', words: 'gone' },
  returned: { tone: 'ok', words: 'back' },
  called_off: { tone: 'ok', words: 'called off' },
}

function heldWords({ drill: { outcomes } }: HandDrillView): string {
  const judged = (outcomes ?? []).filter(({ inside }) => inside !== null)
  return judged.length === 0 ? '' : `, ${judged.filter(({ inside }) => inside).length} of ${judged.length} expectations held`
}

function Done({ drill }: { drill: HandDrillView }) {
  const client = useQueryClient()
  const callOff = useMutation({
    mutationFn: () => remove(path`hand-drills/${drill.id}`),
    onError: (error) => toast.error('Still awaited', { description: errorText(error) }),
    onSettled: () => void client.invalidateQueries({ queryKey: ['hand-drills'] }),
  })
  const { tone, words } = STATES[drill.state]
  const away = drill.goneAt && drill.backAt ? ` after ${duration(Date.parse(drill.backAt) - Date.parse(drill.goneAt))}` : ''
  return (
    <li className="flex flex-col gap-2 rounded border border-line p-3">
      <div className="flex flex-wrap items-center gap-3">
        <h3 className="font-medium">{safe(drill.drill.of, 80)}</h3>
        <Status tone={tone}>
          {words}
          {away}
          {heldWords(drill)}
        </Status>
        <time className="text-dim text-sm" dateTime={drill.at}>
          {drill.at.slice(11, 19)} UTC, {safe(drill.by, 40)}
        </time>
        {drill.state === 'waiting' && (
          <Button onClick={() => callOff.mutate()} busy={callOff.isPending}>
            Call off
          </Button>
        )}
      </div>
      {drill.state !== 'called_off' && (
        <Table
          label={`What came without ${safe(drill.drill.of, 60)}`}
          columns={[...EXPECTATIONS, OUTCOME]}
          rows={expectationRows(drill.drill.expects, drill.drill.outcomes)}
          rowKey={({ id }) => id}
          sticky={false}
          empty="Nothing was expected of it."
        />
      )}
    </li>
  )
}
