import { Field, Select } from '@/components/ui/field.tsx'
import { Segmented } from '@/components/ui/segmented.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { ALGORITHM_GROUPS, algorithmName } from '@/lib/lab/algorithmNames.ts'
import { withAlgorithm } from '@/lib/lab/edit.ts'
import type { RingAlgorithm } from '@/lib/model/ring.ts'
import { Options } from './Options.tsx'
import { TrafficFields } from './TrafficFields.tsx'
import type { BenchState } from './useBench.ts'

/** What holds for the ring as a whole: its algorithm with options, the traffic of a described one, and what is wrong with it. */
export function RingSettings({ bench }: { bench: BenchState }) {
  const { described, side, setSide, changed, before, after, editing, edit, problem, state, keep } = bench
  return (
    <>
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        {described && (
          <Field label="Edit" help="both sides can be changed">
            {(props) => (
              <div {...{ id: props.id }}>
                <Segmented
                  label="Side that is edited"
                  value={side}
                  onChange={setSide}
                  options={[
                    { value: 'now', label: 'As it is' },
                    { value: 'then', label: 'As it would be' },
                  ]}
                />
              </div>
            )}
          </Field>
        )}
        <Field
          label="Algorithm"
          help={changed && before.algorithm !== after.algorithm ? `now ${algorithmName(before.algorithm)}` : 'as the program computes it'}
        >
          {(props) => (
            <Select
              {...props}
              options={ALGORITHM_GROUPS}
              className="max-w-full"
              value={editing.algorithm}
              onChange={({ target }) => edit(withAlgorithm(editing, target.value as RingAlgorithm))}
            />
          )}
        </Field>
        <Options spec={editing} onChange={edit} problem={problem} />
        {described && <TrafficFields traffic={state.traffic} onChange={(traffic) => keep({ traffic })} />}
      </div>
      <Messages bench={bench} />
    </>
  )
}

/** The solver's answer, and what is wrong where no field says it. */
function Messages({ bench: { answer, problem, otherProblem, editing, editsNow, state, because } }: { bench: BenchState }) {
  const ofNoField = problem?.node === null && !(problem.field && editing.options && problem.field in editing.options)
  return (
    <>
      <p aria-live="polite" className="text-sm empty:hidden">
        {answer && <Sentence text={answer} max={600} />}
      </p>
      {ofNoField && <Wrong>{problem.because}</Wrong>}
      {otherProblem && state.after && <Wrong>{`${editsNow ? 'As it would be' : 'As it is'}: ${otherProblem.because}`}</Wrong>}
      {because && <Wrong>{because}</Wrong>}
    </>
  )
}

const Wrong = ({ children }: { children: string }) => (
  <p role="alert" className="text-critical-text text-sm">
    <Sentence text={children} max={320} />
  </p>
)
