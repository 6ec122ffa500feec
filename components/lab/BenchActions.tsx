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
            : after.algorithm === 'redis-cluster' && 'Slots are given out by hand; a cluster has no weights.'
        }
        hint="Evens the shares while the fewest keys change hands"
      >
        {solving ? 'Solving…' : 'Solve'}
      </Button>
      <Button onClick={reset} disabledBecause={state.after === null && 'Nothing is changed.'}>
        Reset
      </Button>
      <AsText spec={editing} onChange={edit} />
      {!described && (
        <Button
          hint="The same ring as nobody’s, to change without limits"
          onClick={() => put({ ...EMPTY_LAB, before: after, traffic: trafficOf(source) }, true)}
        >
          Describe anew
        </Button>
      )}
    </span>
  )
}
