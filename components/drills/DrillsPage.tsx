'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { errorText, get, path, post, remove } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { useClock } from '@/components/frame/live.tsx'
import { usePages } from '@/components/frame/usePages.ts'
import { Button } from '@/components/ui/button.tsx'
import { Empty } from '@/components/ui/empty.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { duration } from '@/lib/format/format.ts'
import type { DrillView } from '@/lib/model/answers/drill.ts'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import type { RingView } from '@/lib/model/answers/ring.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { HandDrill, stoppableThings } from './HandDrill.tsx'
import { NodeDrill } from './NodeDrill.tsx'
import { drillable, ServerDrill } from './ServerDrill.tsx'

type Props = {
  /** Null on a fleet of one's own. */
  initial: Page<DrillView> | null
  rings: Page<RingView>
  pools: Page<PoolView>
}

/** Drills: what follows if a cache dies, tried on the fleet itself; and, on the demo, faults to inject. */
export function DrillsPage({ initial, rings: initialRings, pools: initialPools }: Props) {
  const { data } = useQuery({
    queryKey: ['drills'],
    queryFn: ({ signal }) => get<Page<DrillView>>('drills', {}, signal),
    initialData: initial ?? undefined,
    enabled: initial !== null,
    refetchInterval: 2_000,
  })
  const { items: all } = usePages<RingView>(['rings'], 'rings', { initialData: initialRings, everyMs: 10_000, all: true })
  const rings = all.filter(({ algorithm, nodes }) => algorithm === 'ketama' && nodes.length > 1)
  const { items: everyPool } = usePages<PoolView>(['pools'], 'pools', { initialData: initialPools, everyMs: 10_000, all: true })
  const pools = drillable(everyPool)
  const things = stoppableThings(all, everyPool)
  return (
    <>
      <PageHead
        title="Drills"
        lead="What would happen, and what did: each drill ends by itself and is held against what was expected of it."
      />
      <NodeDrill rings={rings} />
      <ServerDrill pools={pools} />
      <HandDrill things={things} />
      {rings.length === 0 && pools.length === 0 && things.length === 0 && !data && (
        <Empty title="Nothing to try here yet" config="npm run demo">
          <p>
            A drill takes a node out of a ring that applications follow through a control document, or a server out of a pool, for a while.
            Nothing that is watched has either; the page Review says what would follow if a cache or a server died. The demo has faults to
            inject.
          </p>
        </Empty>
      )}
      {data && (
        <Section title="Faults of the demo" note="Hurt the demo fleet on purpose.">
          <ul className="grid gap-3 md:grid-cols-2 2xl:grid-cols-3">
            {data.items.map((drill) => (
              <Drill key={drill.name} drill={drill} />
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}

function Drill({ drill }: { drill: DrillView }) {
  const client = useQueryClient()
  const now = useClock(1_000)
  const running = drill.state !== 'ready'
  const verb = useMutation({
    mutationFn: () => (running ? remove(path`drills/${drill.name}`) : post(path`drills/${drill.name}`)),
    onError: (error) => toast.error(running ? 'The drill goes on' : 'The drill did not start', { description: errorText(error) }),
    onSettled: () => void client.invalidateQueries({ queryKey: ['drills'] }),
  })
  return (
    <li className="flex flex-col gap-2 rounded border border-line p-3">
      <div className="flex items-start gap-3">
        <h3 className="min-w-0 flex-1 font-medium text-base">{drill.title}</h3>
        {running && (
          <Status tone="change">
            {drill.endsAt && now ? `${duration(Math.max(0, Date.parse(drill.endsAt) - now))} left` : drill.state}
          </Status>
        )}
        <Button onClick={() => verb.mutate()} busy={verb.isPending} disabledBecause={drill.state === 'ending' && 'It is being cleaned up'}>
          {running ? 'End now' : 'Start'}
        </Button>
      </div>
      <p className="text-sm">{drill.does}</p>
      <p className="text-dim text-sm">
        Look for: {drill.lookFor}{' '}
        <Go href="/findings" className={linkLook}>
          {drill.rule}
        </Go>
      </p>
      <p className="mt-auto text-dim text-xs">lasts {duration(drill.lastsSeconds * 1000)}</p>
    </li>
  )
}
