import { parseAsString, useQueryState } from 'nuqs'
import { useMemo, useState } from 'react'
import { errorText } from '@/components/frame/api.ts'
import { usePages } from '@/components/frame/usePages.ts'
import { toast } from '@/components/ui/toast.tsx'
import { text } from '@/lib/format/format.ts'
import { readEdit, writeEdit } from '@/lib/lab/pointsEdit.ts'
import { solvable, solved } from '@/lib/lab/solve.ts'
import { sourceOfRing } from '@/lib/lab/source.ts'
import type { HotKeyView } from '@/lib/model/answers/key.ts'
import type { RingView } from '@/lib/model/answers/ring.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import type { RingSpec } from '@/lib/model/ring.ts'
import { useCircles, useComparison, useQuestion, useSame, useThread } from './useComparison.ts'

/** The state of the what-if of a ring: an edit of its points or weights in the address, and its comparison with the ring as it is. */
export type WhatIf = ReturnType<typeof useWhatIf>

export function useWhatIf(ring: RingView) {
  const [edit, setEdit] = useQueryState('points', parseAsString.withDefault('').withOptions({ scroll: false }))
  const targets = usePages<TargetView>(['targets'], 'targets', { query: { brief: 1 }, everyMs: 5_000, all: true })
  const hot = usePages<HotKeyView>(['keys', 'hot'], 'keys/hot', { everyMs: 5_000, all: true })
  const [solving, setSolving] = useState(false)
  const ask = useThread()
  const source = useSame(sourceOfRing(ring, hot.items, targets.items))
  const after = useMemo(() => readEdit(ring.spec, edit), [ring.spec, edit])
  const { compared, of, because, busy } = useComparison(useQuestion(source, after), ask)
  const write = (spec: RingSpec) => void setEdit(writeEdit(ring.spec, spec) || null)
  const solve = () => {
    if (!compared) return
    setSolving(true)
    ask({ is: 'solve', question: solvable(source, ring.spec, compared) })
      .then((found) => {
        if (found.is !== 'solve') return
        const { answer } = found
        if (answer.is === 'solved') write(solved(ring.spec, answer))
        else toast('No setting evens this ring', { description: `Not below ${text(answer.floor, 'factor')}: ${answer.because}.` })
      })
      .catch((error) => toast.error('Not solved', { description: errorText(error) }))
      .finally(() => setSolving(false))
  }
  return {
    ...{ source, edit, after, write, solve, solving, compared, because, busy },
    changed: edit !== '' && JSON.stringify(after) !== JSON.stringify(ring.spec),
    reset: () => void setEdit(null),
    circles: useCircles(compared, of),
    /** The edit that `compared` is of. */
    shown: of?.is === 'compare' ? of.after : after,
  }
}
