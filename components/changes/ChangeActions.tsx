'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { errorText, path, post } from '@/components/frame/api.ts'
import { noOperatorBecause, noWriteBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Button } from '@/components/ui/button.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { safe } from '@/lib/format/format.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import { canChange, changeCan } from '@/lib/model/change.ts'
import { isOpen } from '@/lib/model/changeAlert.ts'
import { DRILL_STAYS_NOT } from '@/lib/model/drill.ts'

const ON_ITS_WAY = 'It is on its way back: it ends when the old value is at the server.'
const NOT_DONE = { keep: 'Not kept', 'roll-back': 'Not rolled back', settle: 'Still open' }

/** Keep, roll back and settle; the same table that the server obeys says which may be pressed. */
export function ChangeActions({ change }: { change: ChangeView }) {
  const client = useQueryClient()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const noRole = noOperatorBecause(frame, change.labels)
  const mayNot = noRole ?? noWriteBecause(frame)
  const rising = change.slowStart !== undefined && !change.slowStart.done
  const verb = useMutation({
    mutationFn: (name: keyof typeof NOT_DONE) => post(path`changes/${change.id}/` + name),
    onError: (error, name) => toast.error(NOT_DONE[name], { description: errorText(error) }),
    onSettled: () => {
      for (const key of ['changes', 'proposals', 'findings', 'overview', 'pools', 'rings'])
        void client.invalidateQueries({ queryKey: [key] })
    },
  })
  return (
    <div className="flex flex-wrap gap-2">
      <Button
        onClick={() => verb.mutate('keep')}
        busy={verb.isPending && verb.variables === 'keep'}
        disabledBecause={
          canChange('keep', change.state) ? (noRole ?? (change.drill ? DRILL_STAYS_NOT : rising && mayNot)) : changeCan.keep.otherwise
        }
      >
        Keep now
      </Button>
      <Button
        look="danger"
        onClick={() => verb.mutate('roll-back')}
        busy={verb.isPending && verb.variables === 'roll-back'}
        disabledBecause={
          change.returned && change.state === 'awaiting'
            ? ON_ITS_WAY
            : canChange('rollBack', change.state)
              ? mayNot
              : changeCan.rollBack.otherwise
        }
      >
        {change.state === 'awaiting' && !change.returned ? 'Withdraw' : change.drill ? 'End now and put back' : 'Roll back'}
      </Button>
      {isOpen(change) && (
        <div className="flex w-full flex-wrap items-center gap-x-3 gap-y-2">
          <Button onClick={() => verb.mutate('settle')} busy={verb.isPending && verb.variables === 'settle'} disabledBecause={noRole}>
            Mark as settled
          </Button>
          <span className="max-w-prose text-dim text-sm">
            Says that you have decided what becomes of it: the receivers of its notice are informed that it is over, and its settings may be
            proposed for again. Nothing is written to a server.
          </span>
        </div>
      )}
      {change.seenTo && <p className="w-full text-dim text-sm">Settled by {safe(change.seenTo, 60)}.</p>}
    </div>
  )
}
