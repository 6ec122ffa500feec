import { useState } from 'react'
import { SilenceDialog } from '@/components/alerts/SilenceDialog.tsx'
import { useEndSilence } from '@/components/alerts/useEndSilence.ts'
import { Moment } from '@/components/frame/Ago.tsx'
import { path } from '@/components/frame/api.ts'
import { nowhereOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Button } from '@/components/ui/button.tsx'
import { Status } from '@/components/ui/status.tsx'
import { safe } from '@/lib/format/format.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { SilenceView } from '@/lib/model/answers/silence.ts'

/** One silence that mutes a finding now, which is changed or ended from here. */
export function Silenced({ id }: { id: string }) {
  const [changing, setChanging] = useState(false)
  const { data: frame } = useApi<FrameView>(['frame'], 'frame')
  const { data: silence } = useApi<SilenceView>(['silences', id], path`silences/${id}`, { everyMs: 10_000 })
  const end = useEndSilence()
  if (!silence) return null
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded border border-line px-3 py-2 text-sm">
      <Status tone="info">silenced</Status>
      <span className="min-w-0 flex-1 basis-60">
        by {safe(silence.by, 60)} until <Moment at={silence.until} />
        {silence.reason && `: ${safe(silence.reason, 200)}`}
      </span>
      <Button look="ghost" onClick={() => setChanging(true)} disabledBecause={nowhereOperatorBecause(frame)}>
        Change…
      </Button>
      <Button look="ghost" onClick={() => end.mutate(id)} busy={end.isPending} disabledBecause={nowhereOperatorBecause(frame)}>
        End it
      </Button>
      {changing && <SilenceDialog silence={silence} matchers={silence.matchers} onClose={() => setChanging(false)} />}
    </div>
  )
}
