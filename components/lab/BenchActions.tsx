import { Button } from '@/components/ui/button.tsx'
import { trafficOf } from '@/lib/lab/source.ts'
import { EMPTY_LAB } from '@/lib/lab/state.ts'
import { AsText } from './AsText.tsx'
import type { BenchState } from './useBench.ts'
import type { PutLab } from './useLabLink.ts'

/** The buttons of the bench: solve, reset, the ring as text, and a described copy of it. */
export function BenchActions({ bench, put }: { bench: BenchState; put: PutLab }) {
  const { source, described, state, editing, after, changed, fine, edit, solve, solving, reset } = bench
  return (
    <span className="flex flex-wrap gap-2">
      <Button
        look={changed ? 'plain' : 'primary'}
        onClick={solve}
        busy={solving}
        disabledBecause={
          !fine
            ? 'The ring must be right first.'
            : after.algorithm === 'redis-cluster' && 'Slots are assigned one by one; a cluster has no weights.'
        }
        hint="Evens the shares and moves the fewest keys"
      >
        {solving ? 'Solving…' : 'Solve'}
      </Button>
      <Button onClick={reset} disabledBecause={state.after === null && 'Nothing is changed.'}>
        Reset
      </Button>
      <AsText spec={editing} onChange={edit} />
      {!described && (
        <Button
          hint="A copy of this ring that no program runs: every part of it can be changed"
          onClick={() => put({ ...EMPTY_LAB, before: after, traffic: trafficOf(source) }, true)}
        >
          Edit a copy
        </Button>
      )}
    </span>
  )
}
