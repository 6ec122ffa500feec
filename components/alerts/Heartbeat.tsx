import { Ago } from '@/components/frame/Ago.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { Section } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'
import { duration, safe } from '@/lib/format/format.ts'
import type { HeartbeatView } from '@/lib/model/answers/heartbeat.ts'

/** Whether a service outside hears that Evenkeel is at work. */
export function Heartbeat({ initial }: { initial: HeartbeatView }) {
  const { data: beat = initial } = useApi<HeartbeatView>(['heartbeat'], 'heartbeat', { initialData: initial, everyMs: 5_000 })
  if (!beat.configured)
    return (
      <Section
        title="Heartbeat"
        note={
          <>
            Nobody outside would notice that Evenkeel stands still: <code className="font-mono text-xs">heartbeat: {'{ url, every }'}</code>{' '}
            names who is to.
          </>
        }
      >
        {null}
      </Section>
    )
  return (
    <Section title="Heartbeat">
      <div className="flex flex-wrap items-center gap-3 text-sm">
        {beat.paused ? (
          <>
            <Status tone="critical">not sent</Status>
            <span>{beat.paused}</span>
          </>
        ) : beat.failing ? (
          <>
            <Status tone="warning">not taken</Status>
            <span>
              {safe(beat.failing.answer, 100)}, since <Ago at={beat.failing.since} />
            </span>
          </>
        ) : (
          <Status tone={beat.takenAt ? 'ok' : 'info'}>{beat.takenAt ? 'taken' : 'not sent yet'}</Status>
        )}
        <span className="text-dim">
          Every {duration(beat.everyMs ?? 0)} while targets are polled and rules are judged; last taken <Ago at={beat.takenAt} />.
        </span>
      </div>
    </Section>
  )
}
