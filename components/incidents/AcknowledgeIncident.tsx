import { useMutation, useQueryClient } from '@tanstack/react-query'
import { errorText, path, post } from '@/components/frame/api.ts'
import { noOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Button } from '@/components/ui/button.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { safe } from '@/lib/format/format.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { IncidentView } from '@/lib/model/answers/incident.ts'
import type { Labels } from '@/lib/model/series.ts'
import { sharedLabels } from '@/lib/model/targetLabels.ts'

/** The labels that all its findings share: who has a role on them acts on the whole incident. */
export const incidentLabels = ({ findings }: Pick<IncidentView, 'findings'>): Labels | undefined =>
  sharedLabels(findings.map(({ labels }) => labels))

/** Says that somebody looks after all that fires in an incident; what is acknowledged is not sent again. */
export function AcknowledgeIncident({ incident }: { incident: IncidentView }) {
  const client = useQueryClient()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame')
  const acknowledge = useMutation({
    mutationFn: () => post(path`incidents/${incident.id}/acknowledge`),
    onSuccess: () => {
      for (const key of ['findings', 'incidents']) void client.invalidateQueries({ queryKey: [key] })
    },
    onError: (failure) => toast.error('Not acknowledged', { description: errorText(failure) }),
  })
  const firing = incident.findings.filter(({ state }) => state !== 'resolved')
  const open = firing.filter(({ acknowledged }) => !acknowledged)
  const names = [...new Set(incident.findings.flatMap(({ acknowledged }) => acknowledged?.by ?? []))]
  const because = firing.length === 0 ? 'It is over already' : open.length === 0 && 'Somebody looks after all of it'
  return (
    <>
      <Button
        onClick={() => acknowledge.mutate()}
        busy={acknowledge.isPending}
        disabledBecause={noOperatorBecause(frame, incidentLabels(incident)) ?? because}
      >
        Acknowledge
      </Button>
      {names.length > 0 && <span className="text-dim text-sm">{safe(names.join(', '), 120)} looked after it</span>}
    </>
  )
}
