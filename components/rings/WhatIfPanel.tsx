'use client'
import { useState } from 'react'
import { Go } from '@/components/frame/Go.tsx'
import { Button, buttonLook } from '@/components/ui/button.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { labAddress } from '@/lib/lab/address.ts'
import type { RingView } from '@/lib/model/answers/ring.ts'
import { EditOutcomeLater } from './EditOutcomeLater.ts'
import { RingCircle } from './RingCircle.tsx'
import { useWhatIf } from './useWhatIf.ts'
import { WhatIfNodes } from './WhatIfNodes.tsx'

/** The what-if editor of a ring: points or weights of its nodes, and at once what an edit would move. The edit is in the URL. */
export function WhatIfPanel({ ring }: { ring: RingView }) {
  const whatIf = useWhatIf(ring)
  const { source, edit, shown, changed, compared, circles, because, busy, reset } = whatIf
  const [lit, setLit] = useState<string | null>(null)
  const unsolvable = ring.algorithm === 'redis-cluster' && 'Slots are assigned one by one; a cluster has no weights.'
  return (
    <Section
      title="Nodes, and what if"
      note={changed ? 'as you changed it; nothing is written' : 'change the points to see what would move'}
      actions={
        <>
          <Button
            onClick={whatIf.solve}
            busy={whatIf.solving}
            disabledBecause={unsolvable || (!compared && 'The ring must be computed first.')}
          >
            Even it
          </Button>
          <Button onClick={reset} disabledBecause={!changed && 'Nothing is changed.'}>
            Reset
          </Button>
          <Go href={labAddress({ ring: ring.name }, changed ? edit : '')} className={buttonLook()}>
            Open in the lab
          </Go>
        </>
      }
    >
      <div className="grid items-start gap-6 lg:grid-cols-[260px_minmax(0,1fr)]">
        <div className={`flex min-h-65 flex-col items-center gap-2 ${busy ? 'opacity-60' : ''}`} aria-busy={busy}>
          {compared && circles && (
            <RingCircle
              now={circles.before}
              then={changed ? circles.after : undefined}
              label={`${compared.seenBefore ? 'of the reads' : 'of the keys'}${changed ? ', then' : ''}`}
              factor={changed ? compared.imbalanceAfter : compared.imbalanceBefore}
              lit={lit}
            />
          )}
          {changed && <p className="text-dim text-xs">outside as it is, inside as it would be</p>}
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <WhatIfNodes ring={ring} whatIf={whatIf} onLight={setLit} />
          {because && (
            <p role="alert" className="text-critical-text text-sm">
              <Sentence text={because} max={300} />
            </p>
          )}
        </div>
      </div>
      {changed && compared && (
        <div className="mt-4">
          <EditOutcomeLater source={source} after={shown} compared={compared} onDone={reset} />
        </div>
      )}
    </Section>
  )
}
