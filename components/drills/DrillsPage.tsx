'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { errorText, get, path, post, remove } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { useClock } from '@/components/frame/live.tsx'
import { Button } from '@/components/ui/button.tsx'
import { Empty } from '@/components/ui/empty.tsx'
import { PageHead } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { duration } from '@/lib/format/format.ts'
import type { DrillView } from '@/lib/model/answers/drill.ts'
import type { Page } from '@/lib/model/answers/shape.ts'

/** Faults to inject into the demo fleet; each says what to look for, ends and cleans up by itself. */
export function DrillsPage({ initial }: { initial: Page<DrillView> | null }) {
  const { data } = useQuery({
    queryKey: ['drills'],
    queryFn: ({ signal }) => get<Page<DrillView>>('drills', {}, signal),
    initialData: initial ?? undefined,
    enabled: initial !== null,
    refetchInterval: 2_000,
  })
  if (!data)
    return (
      <Empty title="Drills live in the demo" config="npm run demo">
        <p>
          A drill hurts a fleet on purpose to show what Evenkeel sees and mends. On a fleet of your own there are none: nothing here can
          break it.
        </p>
      </Empty>
    )
  return (
    <>
      <PageHead title="Drills" lead="Hurt the demo fleet on purpose. Each fault ends by itself." />
      <ul className="grid gap-3 px-4 md:grid-cols-2 2xl:grid-cols-3">
        {data.items.map((drill) => (
          <Drill key={drill.name} drill={drill} />
        ))}
      </ul>
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
        <h2 className="min-w-0 flex-1 font-medium text-base">{drill.title}</h2>
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
