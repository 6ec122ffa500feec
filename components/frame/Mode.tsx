'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '@/components/ui/button.tsx'
import { Menu, type MenuItem } from '@/components/ui/menu.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'
import { Shape } from '@/components/ui/status.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { safe } from '@/lib/format/format.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import { errorText, Problem, path, post } from './api.ts'
import { FreezeDialog } from './Freeze.tsx'
import { Go, linkLook } from './Go.tsx'
import { usePages } from './usePages.ts'

/** Who lowers the mode with changes in flight says first what becomes of them: afterwards nobody could roll them back. */
export function Mode({ frame }: { frame: FrameView }) {
  const [asking, setAsking] = useState(false)
  const [freezing, setFreezing] = useState(false)
  const client = useQueryClient()
  const set = useMutation({
    mutationFn: (wish: { mode: FrameView['mode']; inFlight?: 'keep' | 'roll-back' }) => post('mode', wish),
    onSuccess: () => setAsking(false),
    onError: (error, wish) => {
      if (error instanceof Problem && error.code === 'busy' && !wish.inFlight) setAsking(true)
      else toast.error('The mode stays as it is', { description: errorText(error) })
    },
    onSettled: () => client.invalidateQueries(),
  })
  const tune = frame.mode === 'tune'
  const items: MenuItem[] = [
    { label: 'Observe: nothing is ever written', onSelect: () => set.mutate({ mode: 'observe' }), checked: !tune },
    {
      label: 'Tune: proposals can be applied',
      onSelect: () => set.mutate({ mode: 'tune' }),
      checked: tune,
      disabledBecause: frame.modeMax === 'tune' ? undefined : 'The configuration says mode: observe',
    },
    'line',
    {
      label: 'Freeze changes …',
      onSelect: () => setFreezing(true),
      disabledBecause: frame.freeze ? 'They are frozen already' : !tune ? 'In observe mode nothing is applied anyway' : undefined,
    },
  ]
  return (
    <>
      <Menu items={items}>
        <Button aria-label={`Mode: ${frame.mode}`} className="max-sm:w-10 max-sm:px-0">
          <Shape tone={tune ? 'change' : 'info'} />
          <span className="max-sm:sr-only">{tune ? 'Tune' : 'Observe'}</span>
        </Button>
      </Menu>
      <FreezeDialog open={freezing} onClose={() => setFreezing(false)} />
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Changes are in flight"
        lead="In observe mode nothing is written: they could not be rolled back any more."
        foot={
          <>
            <Button onClick={() => setAsking(false)}>Stay in tune mode</Button>
            <Button
              busy={set.isPending && set.variables?.inFlight === 'keep'}
              disabledBecause={set.isPending && 'It is being done'}
              onClick={() => set.mutate({ mode: 'observe', inFlight: 'keep' })}
            >
              Keep, then observe
            </Button>
            <Button
              look="danger"
              busy={set.isPending && set.variables?.inFlight === 'roll-back'}
              disabledBecause={set.isPending && 'It is being done'}
              onClick={() => set.mutate({ mode: 'observe', inFlight: 'roll-back' })}
            >
              Roll back, then observe
            </Button>
          </>
        }
      >
        {asking && <InFlight />}
      </Dialog>
    </>
  )
}

/** What keep and roll back would mean, step by step. */
function InFlight() {
  const { items } = usePages<ChangeView>(['changes'], 'changes', { query: { state: 'watching' }, all: true })
  return (
    <ul className="flex flex-col gap-2 text-sm">
      {items.map((change) => (
        <li key={change.id}>
          <Go href={path`/changes/${change.id}`} className={linkLook}>
            <Sentence text={change.because} max={120} />
          </Go>
          <ul className="text-dim">
            {change.steps.map(({ setting, before, after }) => (
              <li key={`${setting.target} ${setting.name}`} className="[overflow-wrap:anywhere]">
                {safe(setting.target, 60)} {safe(setting.name, 120)}: {safe(before, 60)} → {safe(after, 60)}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  )
}
