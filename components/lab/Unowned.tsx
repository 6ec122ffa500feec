import { Status } from '@/components/ui/status.tsx'
import { safe, text } from '@/lib/format/format.ts'
import { missingSlots, slotsText } from '@/lib/lab/slots.ts'
import type { RingSpec } from '@/lib/model/ring.ts'

/** Keys that no node owns: slots that were not assigned, or nodes that are out where no other takes over. */
export function Unowned({ spec, shares }: { spec: RingSpec; shares: ReadonlyMap<string, number> }) {
  const nobody = 1 - [...shares.values()].reduce((sum, share) => sum + share, 0)
  if (nobody < 0.0005) return null
  const slots = spec.algorithm === 'redis-cluster' ? slotsText(missingSlots(spec)) : ''
  return (
    <p className="text-sm [overflow-wrap:anywhere]">
      <Status tone="warning">{text(nobody, 'ratio')} of the keys have no owner</Status>
      {slots && <span className="text-dim">: slots {safe(slots, 200)} are not assigned</span>}
    </p>
  )
}
