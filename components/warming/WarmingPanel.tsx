'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Ago, Moment } from '@/components/frame/Ago.tsx'
import { errorText, path, post } from '@/components/frame/api.ts'
import { noOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Button } from '@/components/ui/button.tsx'
import { Empty, Failure, Skeleton } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { count, number, safe } from '@/lib/format/format.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { WarmingView } from '@/lib/model/answers/warming.ts'
import type { Labels } from '@/lib/model/series.ts'
import { WarmingRun } from './WarmingRun.tsx'

const CONFIG = `monitor: bursts
warm:
  http: { url: https://shop.internal/evenkeel/warm }
  perSecond: 100`

/** The hook that warms a cache after it was emptied, its runs, and the buttons that begin and end one. */
export function WarmingPanel({ target, labels }: { target: string; labels: Labels | undefined }) {
  const client = useQueryClient()
  const { data, error } = useApi<WarmingView>(['warming', target], path`targets/${target}/warming`)
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const call = useMutation({
    mutationFn: (verb: 'start' | 'stop') => post(`${path`targets/${target}/warming`}${verb === 'stop' ? '/stop' : ''}`),
    onError: (answer) => toast.error('Cache warming goes on as it was', { description: errorText(answer) }),
    onSettled: () => void client.invalidateQueries({ queryKey: ['warming'] }),
  })
  if (!data && error) return <Failure tried="The hook of this cache could not be read." answer={errorText(error)} />
  if (!data) return <Skeleton className="m-4 h-24" />
  if (data.hook === null && data.runs.length === 0)
    return (
      <Empty title="No hook warms this cache" config={CONFIG}>
        After a restart or a flush the keys that were read most before can be sent to a hook of the application, at a rate that the origin
        bears.
      </Empty>
    )
  const running = data.runs.some(({ state }) => state === 'running')
  return (
    <>
      <Section
        title="Hook"
        note={data.hook && `${data.hook === 'http' ? 'HTTP' : 'a command'}, ${number(data.perSecond ?? 0)} keys a second at the most`}
        actions={
          running ? (
            <Button
              look="danger"
              onClick={() => call.mutate('stop')}
              busy={call.isPending}
              disabledBecause={noOperatorBecause(frame, labels)}
            >
              Stop warming
            </Button>
          ) : (
            <Button
              onClick={() => call.mutate('start')}
              busy={call.isPending}
              disabledBecause={noOperatorBecause(frame, labels) ?? data.refusal}
            >
              Warm it now
            </Button>
          )
        }
      >
        <div className="flex flex-col gap-1 text-sm">
          {data.refusal && (
            <p className="text-warning-text">
              <Sentence text={data.refusal} max={300} />
            </p>
          )}
          {data.names && (
            <p>
              {count(data.names.keys)} names of hot keys are remembered, kept <Ago at={data.names.at} />
              {data.names.covers && (
                <>
                  ; they hold <Figure {...data.names.covers} unit="ratio" /> of the reads
                </>
              )}
              .
            </p>
          )}
        </div>
      </Section>
      {data.runs.length === 0 && <p className="px-4 py-3 text-dim text-sm">No run yet: the next restart or flush begins one.</p>}
      {data.runs.map((run) => (
        <Section
          key={run.id}
          title={<Moment at={run.at} />}
          note={run.emptiedAt ? `by ${safe(run.by, 60)}, after it was emptied` : `by ${safe(run.by, 60)}`}
        >
          <WarmingRun run={run} />
        </Section>
      ))}
    </>
  )
}
