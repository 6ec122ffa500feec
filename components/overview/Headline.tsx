'use client'
import { Shape } from '@/components/ui/status.tsx'
import type { OverviewView } from '@/lib/model/answers/overview.ts'
import { headline } from './tiers.ts'

/** The one sentence about the fleet, and under it what it leaves out. */
export function Headline({ view }: { view: OverviewView }) {
  const { targets } = view
  const worst = view.pains.some((pain) => pain.finding.severity === 'critical') ? 'critical' : 'warning'
  const parts = [
    targets.down > 0 && `${targets.down} down`,
    targets.unknown > 0 && `${targets.unknown} not known yet`,
    view.watching.length > 0 && `${view.watching.length} change${view.watching.length === 1 ? '' : 's'} under watch`,
    view.learning && 'still learning what is normal here',
  ].filter(Boolean)
  return (
    <header className="px-4 pt-5 pb-1">
      <h1 className="flex items-center gap-3 text-2xl tracking-tight max-sm:text-xl">
        {view.needs > 0 && <Shape tone={worst} size={18} />}
        {headline(view)}
      </h1>
      <p className="text-dim text-sm">
        {view.needs > 0 && `${targets.up} of ${targets.total} targets answer. `}
        {parts.length > 0 && `${parts.join(', ').replace(/^./, (c) => c.toUpperCase())}.`}
      </p>
    </header>
  )
}
