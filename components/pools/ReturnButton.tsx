'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { tellRefusal } from '@/components/approvals/askApproval.ts'
import { path, post } from '@/components/frame/api.ts'
import { useGo } from '@/components/frame/Go.tsx'
import { noChangeBecause, noOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Button } from '@/components/ui/button.tsx'
import { safe } from '@/lib/format/format.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { PoolServerView, PoolView } from '@/lib/model/answers/pool.ts'
import { serverRef } from '@/lib/model/ref.ts'
import { settingText, stateOf } from '@/lib/model/setting.ts'

/** Whether somebody took it out: a server of weight 0 shows as drained too, and no state brings that one back. */
export const isOut = ({ state, weightSet }: PoolServerView) => state === 'maint' || (state === 'drain' && weightSet > 0)

/** Brings a server that was drained or in maintenance back into its pool, with a slow start where the pool allows one. */
export function ReturnButton({ pool, server }: { pool: PoolView; server: PoolServerView }) {
  const { returns } = server
  const go = useGo()
  const client = useQueryClient()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const wanted = () => ({
    steps: [
      returns
        ? { setting: { target: pool.target, name: returns.setting }, after: returns.after }
        : { setting: settingText(stateOf(serverRef(pool, server))), after: 'ready' },
    ],
    because: `${server.name} returns to service.`,
  })
  const back = useMutation({
    mutationFn: () => post<{ change: string }>('changes', wanted()),
    onSuccess: ({ change }) => go(path`/changes/${change}`),
    onError: (error) => tellRefusal(error, 'Not returned', wanted()),
    onSettled: () => {
      for (const key of ['changes', 'pools', 'overview']) void client.invalidateQueries({ queryKey: [key] })
    },
  })
  return (
    <Button
      busy={back.isPending}
      disabledBecause={
        returns || pool.can.state === true
          ? (noOperatorBecause(frame, pool.labels) ?? noChangeBecause(frame))
          : `Not from here: ${pool.can.state.because}`
      }
      hint={`${safe(server.name, 60)} takes requests again; ${returns?.words ?? 'its weight rises in stages where that is of use'}`}
      onClick={() => back.mutate()}
    >
      Return to service
    </Button>
  )
}
