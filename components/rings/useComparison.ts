'use client'
import { startTransition, useEffect, useMemo, useRef, useState } from 'react'
import { type Compared, type CompareQuestion, compare, isHeavy, type LabAnswer, type LabQuestion } from '@/lib/lab/compute.ts'
import type { LabSource } from '@/lib/lab/source.ts'
import type { RingSpec } from '@/lib/model/ring.ts'
import type { Drawn } from '@/lib/rings/drawing.ts'
import type { Answered, Asked } from './ringWorker.ts'

type Waiting = { resolve(answer: LabAnswer): void; reject(error: Error): void }

/** The deadline of one computation; past it the thread is ended. */
const DEADLINE_MS = 20_000

/** A web worker for questions about rings: begun when first needed, ended with the page. */
export function useThread(): (question: LabQuestion) => Promise<LabAnswer> {
  const thread = useRef<{ worker: Worker; waiting: Map<number, Waiting>; ids: number } | null>(null)
  useEffect(
    () => () => {
      thread.current?.worker.terminate()
      thread.current = null
    },
    [],
  )
  return useMemo(
    () => (question) => {
      thread.current ??= begin(() => {
        thread.current = null
      })
      const { worker, waiting } = thread.current
      const id = ++thread.current.ids
      return new Promise<LabAnswer>((resolve, reject) => {
        const timer = setTimeout(() => {
          worker.terminate()
          if (thread.current?.worker === worker) thread.current = null
          for (const one of waiting.values()) one.reject(new Error('This ring takes too long to compute here.'))
        }, DEADLINE_MS)
        const settled =
          <T>(settle: (value: T) => void) =>
          (value: T) => {
            clearTimeout(timer)
            settle(value)
          }
        waiting.set(id, { resolve: settled(resolve), reject: settled(reject) })
        worker.postMessage({ id, question } satisfies Asked)
      })
    },
    [],
  )
}

/** `onDead`: the script could not be loaded, or failed as a whole. What waits has its answer then, and the next question begins another. */
function begin(onDead: () => void) {
  const worker = new Worker(new URL('./ringWorker.ts', import.meta.url), { type: 'module' })
  const waiting = new Map<number, Waiting>()
  worker.onmessage = ({ data }: MessageEvent<Answered>) => {
    const found = waiting.get(data.id)
    waiting.delete(data.id)
    if ('answer' in data) found?.resolve(data.answer)
    else found?.reject(new Error(data.because))
  }
  worker.onerror = () => {
    for (const { reject } of waiting.values()) reject(new Error('The browser could not compute this ring.'))
    waiting.clear()
    worker.terminate()
    onDead()
  }
  return { worker, waiting, ids: 0 }
}

/** Memoizes a value by its JSON: equal content keeps the same object, so that what is drawn from it is not drawn again. */
export function useSame<T>(value: T): T {
  const print = JSON.stringify(value)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the print stands for the object
  return useMemo(() => value, [print])
}

/** What is asked of a ring and its edit: the same object for as long as nothing changes that can be seen. Live shares change a little at each look. */
export function useQuestion(
  { spec, seen, hot }: Pick<LabSource, 'spec' | 'seen' | 'hot'>,
  after: RingSpec,
  keys: readonly string[] = NO_KEYS,
): CompareQuestion {
  const print = JSON.stringify([
    spec,
    after,
    seen && Object.entries(seen).map(([name, share]) => [name, share.toFixed(3)]),
    hot.map(({ key, weight }) => [key, weight.toFixed(2)]),
    keys,
  ])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the print stands for the objects, which are new at each look
  return useMemo(() => ({ is: 'compare', before: spec, after, traffic: { seen, hot }, keys }), [print])
}
const NO_KEYS: readonly string[] = []

/** Both circles of a comparison: the same objects until there is another. */
export function useCircles(compared: Compared | null, of: LabQuestion | null): { before: Drawn; after: Drawn } | null {
  return useMemo(() => {
    if (!compared || of?.is !== 'compare') return null
    const names = (spec: RingSpec) => spec.nodes.map(({ name }) => name)
    return {
      before: { names: names(of.before), arcs: compared.arcs.before },
      after: { names: names(of.after), arcs: compared.arcs.after },
    }
  }, [compared, of])
}

/** A comparison, at once where it is small; else the last one until the next is there. */
export function useComparison(
  question: CompareQuestion | null,
  ask: ReturnType<typeof useThread>,
): { compared: Compared | null; of: CompareQuestion | null; because?: string; busy: boolean } {
  const heavy = question !== null && isHeavy(question)
  const here = useMemo(() => {
    if (!question || heavy) return null
    try {
      return { compared: compare(question), of: question, busy: false }
    } catch (error) {
      return { compared: null, of: question, because: error instanceof Error ? error.message : String(error), busy: false }
    }
  }, [question, heavy])
  const [there, setThere] = useState<{ compared: Compared | null; of: CompareQuestion; because?: string } | null>(null)
  const next = useRef<CompareQuestion | null>(null)
  const running = useRef(false)
  useEffect(() => {
    next.current = heavy ? question : null
    // Whoever types asks faster than a large ring is computed: only the newest question is worth an answer.
    const run = () => {
      const wanted = next.current
      if (running.current || !wanted) return
      running.current = true
      next.current = null
      ask(wanted)
        .then(
          // Rows of a large ring are many: typing goes before drawing them.
          (found) => startTransition(() => setThere({ compared: found.is === 'compare' ? found.answer : null, of: wanted })),
          (error: Error) => setThere({ compared: null, of: wanted, because: error.message }),
        )
        .finally(() => {
          running.current = false
          run()
        })
    }
    run()
    return () => {
      // Whoever leaves the page wants no answer: none is asked for when the running one ends.
      next.current = null
    }
  }, [question, heavy, ask])
  if (here) return here
  if (!question) return { compared: null, of: null, busy: false }
  return there ? { ...there, busy: there.of !== question } : { compared: null, of: null, busy: true }
}
