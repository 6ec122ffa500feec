import { type Applied, applySteps } from './apply.ts'
import { beginWatch } from './begin.ts'
import type { ChangesContext } from './context.ts'
import type { Wanted } from './wanted.ts'

/** The applies under way. Each runs to its end and hands over to its watch, even when its caller has gone. */
export interface Applying {
  run(wanted: Wanted): Promise<Applied>
  /** Resolves when those under way now have ended. */
  idle(): Promise<void>
}

export function createApplying(context: ChangesContext): Applying {
  const underWay = new Set<Promise<Applied>>()
  return {
    async run(wanted) {
      const writing = applySteps(wanted, context).then((answer) => {
        // What goes through a repository is watched once it has arrived.
        if (answer.change && context.journal.get(answer.change)?.committed === undefined)
          beginWatch(answer.change, 'Written; the watch begins.', context)
        return answer
      })
      underWay.add(writing)
      return writing.finally(() => underWay.delete(writing))
    },
    idle: async () => void (await Promise.allSettled([...underWay])),
  }
}
