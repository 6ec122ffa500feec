import { useMemo, useState } from 'react'
import { errorText } from '@/components/frame/api.ts'
import { useCircles, useComparison, useQuestion, useSame, useThread } from '@/components/rings/useComparison.ts'
import { EXAMPLE } from '@/lib/lab/edit.ts'
import type { SpecProblem } from '@/lib/lab/problem.ts'
import { sameNodes, solvable, solved, solverWords } from '@/lib/lab/solve.ts'
import type { LabSource } from '@/lib/lab/source.ts'
import { type LabState, printOf, sameSpec } from '@/lib/lab/state.ts'
import type { RingSpec } from '@/lib/model/ring.ts'
import { useLabCodec } from './labCodec.ts'
import type { PutLab } from './useLabLink.ts'

/** The state of the bench: the ring as it is and as it would be, the comparison of the two, and what the page's buttons do. */
export type BenchState = ReturnType<typeof useBench>

export function useBench(state: LabState, freshSource: LabSource, put: PutLab) {
  const source = useSame(freshSource)
  const described = source.id === null
  const [side, setSide] = useState<'now' | 'then'>(described && !state.after ? 'now' : 'then')
  const ask = useThread()
  const [solving, setSolving] = useState(false)
  /** The solver's answer in words. */
  const [answer, setAnswer] = useState<string | null>(null)
  const before = useSame(source.spec)
  const after = useSame(state.after ?? before)
  const editsNow = described && side === 'now'

  const unlessSame = (spec: RingSpec) => (sameSpec(spec, before) ? null : spec)
  const keep = (next: Partial<LabState>) => {
    const base = described ? { print: null, before } : { print: printOf(before), before: null }
    put({ ...state, of: source.id, ...base, ...next })
  }
  const edit = (spec: RingSpec) => {
    setAnswer(null)
    keep(editsNow ? { before: spec } : { after: unlessSame(spec) })
  }
  const reset = () => {
    setAnswer(null)
    keep({ after: null })
  }

  const wrongBefore = useProblem(before, described ? EXAMPLE : before)
  const wrongAfter = useProblem(after, described ? EXAMPLE : before)
  const asked = useQuestion(source, wrongAfter === null ? after : before, state.keys)
  const { compared, of, because, busy } = useComparison(wrongBefore === null ? asked : null, ask)

  const solve = () => {
    if (!compared) return
    setSolving(true)
    ask({ is: 'solve', question: solvable(source, after, compared) })
      .then((found) => {
        if (found.is !== 'solve') return
        setAnswer(solverWords(found.answer, source.unit))
        if (found.answer.is === 'solved') keep({ after: unlessSame(solved(sameNodes(before, after) ? before : after, found.answer)) })
        setSide('then')
      })
      .catch((error) => setAnswer(errorText(error)))
      .finally(() => setSolving(false))
  }
  return {
    ...{ state, source, described, side, setSide, editsNow, before, after, edit, keep, reset, solve, solving, answer },
    editing: editsNow ? before : after,
    changed: state.after !== null && !sameSpec(before, state.after),
    /** What is wrong with the side that is edited, and with the other. */
    problem: (editsNow ? wrongBefore : wrongAfter) ?? null,
    otherProblem: (editsNow ? wrongAfter : wrongBefore) ?? null,
    ...{ compared, because, busy },
    circles: useCircles(compared, of),
    // While a large ring is computed, what was computed last stands there whole: its figures, its steps, its button.
    shown: of?.is === 'compare' ? of.after : after,
    fine: compared !== null && wrongAfter === null && wrongBefore === null,
  }
}

/** What is wrong with a spec: null where nothing is, undefined until that is known. `right`: a spec that needs no check. */
function useProblem(spec: RingSpec, right: RingSpec): SpecProblem | null | undefined {
  const codec = useLabCodec(spec !== right)
  const print = JSON.stringify(spec)
  return useMemo(() => (spec === right ? null : codec?.problemOf(JSON.parse(print))), [spec, right, codec, print])
}
