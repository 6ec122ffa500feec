import type { Compared } from '@/lib/lab/compute.ts'
import type { LabSource } from '@/lib/lab/source.ts'
import type { RingSpec } from '@/lib/model/ring.ts'
import { MakeChange } from './MakeChange.tsx'
import { Outcome } from './Outcome.tsx'

type Props = { source: LabSource; after: RingSpec; compared: Compared; onDone?: () => void }

/** What an edit of a ring would do, beside the change that makes it so. */
export function EditOutcome({ onDone, ...props }: Props) {
  return (
    <div className="grid gap-6 lg:grid-cols-2">
      <Outcome {...props} />
      <MakeChange {...props} onDone={onDone} />
    </div>
  )
}
